"""What the server may reach, against a model of single bytes."""

from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from muserlab.client import ClientError, Memory
from muserlab.client.memory import DmaRefused, MemoryTable

LIMIT = 24
pieces = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 16), st.booleans(), st.booleans()), max_size=6
)


@given(pieces, st.integers(0, 80), st.integers(0, 30))
def test_dma_reads_and_writes_are_those_of_a_model(
    wanted: list[tuple[int, int, bool, bool]], address: int, count: int
) -> None:
    table = MemoryTable(LIMIT)
    model: dict[int, tuple[bool, bool]] = {}
    for iova, size, readable, writable in wanted:
        memory = Memory(iova, size, readable=readable, writable=writable)
        taken = any(place in model for place in range(iova, iova + size))
        try:
            table.add(memory)
        except ClientError:
            assert taken
            memory.close()
            continue
        assert not taken
        model |= dict.fromkeys(range(iova, iova + size), (readable, writable))
    asked = [model.get(place) for place in range(address, address + count)]
    data = bytes(range(1, count + 1))
    possible = 0 < count <= LIMIT and None not in asked
    written = _done(lambda: table.write(address, data))
    assert written == (possible and all(access and access[1] for access in asked))
    read = _done(lambda: table.read(address, count))
    assert read == (possible and all(access and access[0] for access in asked))
    if read:
        assert table.read(address, count) == (data if written else bytes(count))
    for memory in table:
        memory.close()


@given(pieces, st.sampled_from([4096, 8192, 65536]), st.sampled_from([4096, 65536]))
def test_a_found_place_is_free_aligned_and_the_lowest(
    wanted: list[tuple[int, int, bool, bool]], size: int, alignment: int
) -> None:
    table = MemoryTable(LIMIT)
    for page, pages, _, _ in wanted:
        memory = Memory(0x10_0000 + page * 4096, pages * 4096, readable=True, writable=True)
        try:
            table.add(memory)
        except ClientError:
            memory.close()
    found = table.find_gap(size, alignment)
    assert found >= 0x10_0000
    assert found % alignment == 0
    table.require_free(found, size)
    for lower in range(0x10_0000, found, alignment):
        assert not _done(partial(table.require_free, lower, size))
    for memory in table:
        memory.close()


def _done(action: Callable[[], object]) -> bool:
    try:
        action()
    except (DmaRefused, ClientError):
        return False
    return True
