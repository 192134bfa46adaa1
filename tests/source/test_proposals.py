"""What to declare for accesses that nothing answered."""

from hypothesis import given
from hypothesis import strategies as st

import muserlab as ml
from muserlab.device import UnhandledAccess
from muserlab.source.proposals import Proposal, proposals


def read(offset: int, size: int, count: int = 1, *values: int) -> UnhandledAccess:
    return UnhandledAccess("bar0", offset, size, "read", count, values)


def write(offset: int, size: int, count: int = 1, *values: int) -> UnhandledAccess:
    return UnhandledAccess("bar0", offset, size, "write", count, values)


def told(*accesses: UnhandledAccess) -> list[tuple[int, int, int | None, str]]:
    return [
        (one.offset, one.size, one.count, "" if one.is_memory else str(one.access))
        for one in proposals(accesses)
    ]


def test_access_types_follow_what_was_done() -> None:
    accesses = [read(0, 4), write(4, 4), read(8, 4), write(8, 4)]
    assert told(*accesses) == [(0, 4, None, "RO"), (4, 4, None, "WO"), (8, 4, None, "RW")]


def test_the_widest_access_is_the_register_and_narrower_ones_are_parts() -> None:
    accesses = [read(0x10, 1), write(0x10, 4, 2, 5), read(0x12, 2, 3)]
    assert told(*accesses) == [(0x10, 4, None, "RW")]
    (one,) = proposals(accesses)
    written = "written 2× (0x00000005)"
    assert one.remark == f"read 4×, {written}, also 1 byte at 0x10, also 2 bytes at 0x12"


def test_what_crosses_a_border_is_a_register_beyond_it() -> None:
    assert told(read(0, 4), read(2, 4)) == [(0, 4, None, "RO"), (4, 2, None, "RO")]
    assert told(write(4, 8), read(2, 4)) == [(2, 2, None, "RO"), (4, 8, None, "RW")]


def test_odd_sizes_are_several_registers_and_wide_ones_memory() -> None:
    assert told(write(1, 3)) == [(1, 1, None, "WO"), (2, 2, None, "WO")]
    assert told(write(0, 32), read(16, 4)) == [(0, 32, None, "")]


def test_an_unaligned_access_alone_is_as_it_was() -> None:
    assert told(read(2, 4)) == [(2, 4, None, "RO")]


def test_long_runs_are_arrays_and_short_ones_are_not() -> None:
    run = [write(0x100 + 4 * i, 4) for i in range(16)]
    assert told(*run, read(0x120, 4)) == [
        (0x100, 4, 8, "WO"),
        (0x120, 4, None, "RW"),
        *((0x124 + 4 * i, 4, None, "WO") for i in range(7)),
    ]


def test_many_reads_and_few_writes_look_like_polling() -> None:
    polled = {one.offset: one.is_polled for one in proposals([read(0, 4, 50), read(4, 4, 3)])}
    assert polled == {0: True, 4: False}
    assert not proposals([read(0, 4, 50), write(0, 4, 20)])[0].is_polled


ACCESSES = st.lists(
    st.builds(
        UnhandledAccess,
        st.just("bar0"),
        st.integers(0, 100),
        st.sampled_from([1, 2, 3, 4, 5, 8, 12, 32]),
        st.sampled_from(["read", "write"]),
        st.integers(1, 100),
        st.just(()),
    ),
    min_size=1,
    max_size=20,
)


def owner(made: list[Proposal], byte: int) -> list[Proposal]:
    return [one for one in made if one.offset <= byte < one.end]


@given(ACCESSES)
def test_every_byte_that_was_accessed_is_declared_once_and_no_other(
    accesses: list[UnhandledAccess],
) -> None:
    made = proposals(accesses)
    accessed = {byte for one in accesses for byte in range(one.offset, one.offset + one.size)}
    declared = [byte for one in made for byte in range(one.offset, one.end)]
    assert sorted(declared) == sorted(accessed)
    for access in accesses:
        for one in owner(made, access.offset):
            assert one.is_memory or str(one.access) in ("RW", _fitting(access))


def _fitting(access: UnhandledAccess) -> str:
    return "RO" if access.direction == "read" else "WO"


@given(ACCESSES)
def test_what_is_proposed_can_be_declared(accesses: list[UnhandledAccess]) -> None:
    members = {
        f"M{at}": ml.Memory(one.offset, one.size)
        if one.is_memory
        else one.access(one.offset, size=one.size, count=one.count)
        for at, one in enumerate(proposals(accesses))
    }
    device = ml.PCIDevice(
        "any", id=(0x1234, 1), bar0=type(ml.BAR)("Bar", (ml.BAR,), members, size=256)
    )
    assert not list(device.unhandled)
