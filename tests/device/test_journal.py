"""A journal restores what its hook poked, and only that."""

from hypothesis import given
from hypothesis import strategies as st

from muserlab.device.journal import Journal, poke

Pokes = st.lists(st.tuples(st.integers(0, 12), st.binary(min_size=1, max_size=4)), max_size=6)


@given(Pokes)
def test_rollback_restores_everything(pokes: list[tuple[int, bytes]]) -> None:
    storage = bytearray(range(16))
    journal = Journal()
    for offset, data in pokes:
        poke(storage, offset, data)
    journal.rollback()
    assert storage == bytes(range(16))


@given(Pokes, st.integers(0, 15))
def test_rollback_leaves_what_somebody_else_wrote_since(
    pokes: list[tuple[int, bytes]], at: int
) -> None:
    storage = bytearray(range(16))
    journal = Journal()
    for offset, data in pokes:
        poke(storage, offset, data)
    foreign = (storage[at] + 1) % 256
    storage[at] = foreign
    earlier = {data[at - offset] for offset, data in pokes if offset <= at < offset + len(data)}
    journal.rollback()
    if foreign not in earlier:
        assert storage[at] == foreign
    assert [i for i in range(16) if i != at and storage[i] != i] == []


def test_committed_pokes_belong_to_the_hook_around() -> None:
    storage = bytearray(4)
    outer = Journal()
    inner = Journal()
    poke(storage, 0, b"in")
    inner.commit()
    poke(storage, 2, b"ou")
    outer.rollback()
    assert storage == bytes(4)


def test_pokes_outside_of_a_journal_stay() -> None:
    storage = bytearray(4)
    Journal().commit()
    poke(storage, 0, b"abcd")
    Journal().rollback()
    assert storage == b"abcd"


def test_a_journal_that_has_ended_takes_nothing_more() -> None:
    storage = bytearray(4)
    journal = Journal()
    journal.commit()
    journal.note(lambda: storage.__setitem__(0, 1))
    journal.rollback()
    assert storage == bytes(4)
