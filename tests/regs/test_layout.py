"""Layouts: which register lies where."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.regs import RO, RW, Layout, LayoutError, Placed, UnknownRegister, bit


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """A layout with registers and gaps of random sizes, given in a random order."""
    placed: list[Placed] = []
    offset = 0
    for n in range(draw(st.integers(0, 8))):
        offset += draw(st.integers(0, 5))
        register = RW(offset, size=draw(st.sampled_from([1, 2, 4, 8])))
        placed.append(Placed(f"R{n}", register, offset))
        offset += register.size
    return Layout("Random", draw(st.permutations(placed)))


def owner_of(layout: Layout, offset: int) -> Placed | None:
    """The register of a byte, found by asking every register."""
    owners = [p for p in layout.registers if p.offset <= offset < p.offset + p.register.size]
    return owners[0] if owners else None


@given(layouts(), st.integers(0, 80))
def test_at_finds_the_register_that_a_byte_belongs_to(layout: Layout, offset: int) -> None:
    assert layout.at(offset) is owner_of(layout, offset)


@given(layouts(), st.integers(0, 80), st.integers(0, 80))
def test_span_covers_an_access_exactly_and_in_order(
    layout: Layout, offset: int, length: int
) -> None:
    pieces = list(layout.span(offset, length))

    covered = [byte for _, start, count in pieces for byte in range(start, start + count)]
    assert covered == list(range(offset, offset + length))
    for placed, start, count in pieces:
        assert {owner_of(layout, byte) for byte in range(start, start + count)} == {placed}
    assert all(before[0] is not after[0] for before, after in pairwise(pieces))


@given(layouts(), st.integers(0, 80), st.integers(1, 16))
def test_lanes_of_pieces_put_an_access_together_again(
    layout: Layout, offset: int, length: int
) -> None:
    memory = bytes((37 * n + 11) % 256 for n in range(100))
    for placed, start, count in layout.span(offset, length):
        if placed is None:
            continue
        stored = int.from_bytes(memory[placed.offset : placed.end], "little")
        touched = stored & placed.lanes(start, count)
        shift = 8 * (start - placed.offset)
        assert (touched >> shift).to_bytes(count, "little") == memory[start : start + count]
        assert touched >> shift << shift == touched


@given(layouts())
def test_the_size_needed_is_the_end_of_the_last_register(layout: Layout) -> None:
    assert layout.size_needed == max((p.end for p in layout.registers), default=0)


@given(layouts())
def test_a_layout_is_sorted_and_found_by_path(layout: Layout) -> None:
    offsets = [placed.offset for placed in layout]
    assert offsets == sorted(offsets)
    assert len(layout) == len(offsets)
    for placed in layout:
        assert layout[placed.path] is placed
        assert placed.path in layout


def test_overlapping_registers_are_refused_with_both_names() -> None:
    registers = [Placed("B", RW(7, size=1), 7), Placed("A", RO(4), 4)]
    message = r"^Chip: A \(0x4 to 0x7\) and B \(0x7 to 0x7\) overlap$"
    with pytest.raises(LayoutError, match=message):
        Layout("Chip", registers)


def test_a_register_that_holds_another_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"A .* and B .* overlap"):
        Layout("Chip", [Placed("A", RW(0, size=8), 0), Placed("B", RW(2, size=1), 2)])


def test_an_unknown_path_proposes_near_ones() -> None:
    ctrl = RW(0, go=bit(0))
    layout = Layout("Chip", [Placed("CH[0].CTRL", ctrl, 0), Placed("STATUS", RO(4), 4)])
    with pytest.raises(
        UnknownRegister, match=r"^Chip has no register 'STAT'; did you mean 'STATUS'"
    ):
        layout["STAT"]
    with pytest.raises(LookupError, match=r"did you mean 'CH\[0\]\.CTRL'\?"):
        layout["ch"]
    with pytest.raises(UnknownRegister, match=r"'ZZ'; it has CH\[0\]\.CTRL, STATUS$"):
        layout["ZZ"]
    assert "STAT" not in layout


def test_a_client_needs_only_offset_size_encode_and_value() -> None:
    placed = Placed("CH[2].CTRL", RW(4, size=2, go=bit(0)), 0x44, (2,))
    assert (placed.offset, placed.size) == (0x44, 2)
    assert placed.encode(0x10, go=1) == 0x11
    assert placed.value(0x11).go == 1
    assert placed.value(0x11).index == (2,)
