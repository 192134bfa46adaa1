"""Accesses that nothing handles are collected; all others are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device import BAR, PASS, VGA, Memory, PCIDevice, Unhandled, UnhandledAccess
from muserlab.device.region.undeclared import EXAMPLES, LIMIT
from muserlab.regs import RW


class Half(BAR, size=0x100):
    A = RW(0x00)
    BUF = Memory(0x80, 0x80)


class Empty(BAR, size=0x100):
    pass


@pytest.fixture
def half() -> PCIDevice:
    return PCIDevice("half", id=(0x1234, 1), bar0=Half, bar1=0x100, bar2=Empty, rom=b"rom")


def found(dev: PCIDevice) -> list[tuple[object, ...]]:
    return [
        (one.region, one.offset, one.size, one.direction, one.count, one.values)
        for one in dev.unhandled
    ]


def test_accesses_to_undeclared_offsets_are_grouped_and_counted(half: PCIDevice) -> None:
    bar = half.region(0)
    bar.read(0x10, 4)
    bar.read(0x10, 4)
    bar.read(0x10, 2)
    bar.write(0x10, b"\x01\0\0\0")
    bar.write(0x10, b"\x02\0\0\0")
    bar.write(0x10, b"\x01\0\0\0")
    assert found(half) == [
        ("bar0", 0x10, 2, "read", 1, (0,)),
        ("bar0", 0x10, 4, "read", 2, (0,)),
        ("bar0", 0x10, 4, "write", 3, (1, 2)),
    ]
    assert half.unhandled.accesses == 6


@pytest.mark.parametrize("index", [1, 2])
def test_accesses_to_a_bar_of_unnamed_memory_are_collected_with_what_they_found(
    half: PCIDevice, index: int
) -> None:
    bar = half.region(index)
    bar.write(0x20, b"\x07\0\0\0")
    bar.read(0x20, 4)
    bar.read(0x20, 4)
    bar.write(0x20, b"\x08\0\0\0")
    bar.read(0x20, 4)
    assert found(half) == [
        (f"bar{index}", 0x20, 4, "read", 3, (7, 8)),
        (f"bar{index}", 0x20, 4, "write", 2, (7, 8)),
    ]


def test_what_is_declared_is_handled(half: PCIDevice) -> None:
    half.region(0).write(0x00, b"\x01\0\0\0")
    half.region(0).read(0x00, 4)
    half.region(0).write(0x80, b"memory")
    half.region(0).read(0x80, 6)
    half.region(6).read(0, 4)
    half.config.read(0x40, 4)
    half.config.write(0x40, b"\0\0\0\0")
    assert not half.unhandled


def test_peeks_and_pokes_are_no_accesses(half: PCIDevice) -> None:
    half.bar1.poke(0x10, b"poke")
    half.bar1.peek(0x10, 4)
    half.bar0.peek(0, 0x100)
    assert not half.unhandled


def test_what_a_raw_hook_deals_with_is_handled_and_what_it_passes_is_not(half: PCIDevice) -> None:
    @half.bar1.on_read
    def read(dev: PCIDevice, offset: int, count: int) -> Any:
        return PASS if offset == 0x20 else 1

    @half.bar0[0x10:0x20].on_write
    def write(dev: PCIDevice, offset: int, data: bytes) -> Any:
        return PASS if data[0] else None

    half.region(1).read(0x10, 4)
    half.region(1).read(0x20, 4)
    half.region(0).write(0x10, b"\x00")
    half.region(0).write(0x10, b"\x01")
    assert found(half) == [
        ("bar0", 0x10, 1, "write", 1, (1,)),
        ("bar1", 0x20, 4, "read", 1, (0,)),
    ]


def test_of_an_access_over_a_border_the_undeclared_piece_is_collected(half: PCIDevice) -> None:
    half.region(0).read(0x00, 8)
    half.region(0).write(0x7E, b"\x01\x02\x03\x04")
    assert found(half) == [
        ("bar0", 4, 4, "read", 1, (0,)),
        ("bar0", 0x7E, 2, "write", 1, (0x0201,)),
    ]


def test_memory_that_is_mapped_as_a_whole_counts_what_is_sent(half: PCIDevice) -> None:
    class Mapped(BAR, size=0x1000, mappable=True):
        A = RW(0)

    class Screen(VGA):
        pass

    dev = PCIDevice("mapped", id=(0x1234, 1), bar0=Mapped, vga=Screen)
    dev.region(0).read(0, 4)
    dev.region(0).read(8, 4)
    dev.region(8).write(0x3D4, b"\x0e")
    assert found(dev) == [
        ("bar0", 8, 4, "read", 1, (0,)),
        ("vga", 0x3D4, 1, "write", 1, (0x0E,)),
    ]


@given(st.lists(st.integers(0, 9), min_size=1))
def test_the_first_different_values_and_the_last_one_are_kept(values: list[int]) -> None:
    dev = PCIDevice("half", id=(0x1234, 1), bar0=Half)
    for value in values:
        dev.region(0).write(0x10, bytes([value]))
    first = list(dict.fromkeys(values))[:EXAMPLES]
    (group,) = dev.unhandled
    assert group.count == len(values)
    assert group.values == (*first, *({values[-1]} - set(first)))


def test_wide_accesses_are_counted_without_their_values(half: PCIDevice) -> None:
    half.region(1).write(0, b"x" * 64)
    half.region(1).write(0, b"y" * 64)
    assert found(half) == [("bar1", 0, 64, "write", 2, ())]


def test_a_region_tells_so_many_places_apart_and_says_what_it_left_out() -> None:
    dev = PCIDevice("large", id=(0x1234, 1), bar0=1 << 16)
    for offset in range(0, 4 * (LIMIT + 10), 4):
        dev.region(0).read(offset, 4)
    dev.region(0).read(0, 4)
    assert len(dev.unhandled) == LIMIT
    assert dev.unhandled.missed == 10
    assert dev.unhandled.accesses == LIMIT + 11
    assert "10 of them at more places than are told apart in a region" in repr(dev.unhandled)
    dev.unhandled.clear()
    assert (len(dev.unhandled), dev.unhandled.missed, dev.unhandled.accesses) == (0, 0, 0)


def test_a_table_shows_them(half: PCIDevice) -> None:
    assert repr(half.unhandled) == "accesses that nothing handles: none"
    half.region(0).read(0x10, 2)
    half.region(1).write(0x80, b"\x34\x12\0\0")
    assert repr(half.unhandled).splitlines() == [
        "accesses that nothing handles: 2",
        "region  offset  size  access  count  values",
        "bar0    0x0010  2     read    1      0x0000",
        "bar1    0x0080  4     write   1      0x00001234",
    ]


def test_a_new_definition_keeps_what_it_still_does_not_declare(half: PCIDevice) -> None:
    class Better(BAR, size=0x100):
        A = RW(0x00)
        B = RW(0x10)

    for offset in (0x10, 0x20):
        half.region(0).read(offset, 4)
        half.region(1).write(offset, b"\x01\0\0\0")
    new = PCIDevice("half", id=(0x1234, 1), bar0=Better, bar1=Better, bar2=0x100)
    new.adopt(half)
    assert found(new) == [
        ("bar0", 0x20, 4, "read", 1, (0,)),
        ("bar1", 0x20, 4, "write", 1, (1,)),
    ]


def test_a_copy_begins_without_any(half: PCIDevice) -> None:
    half.region(0).read(0x10, 4)
    copy = half.clone()
    copy.region(0).read(0x10, 4)
    assert [one.count for one in copy.unhandled] == [1]
    assert [one.count for one in half.unhandled] == [1]


def test_a_group_is_a_plain_value() -> None:
    one = UnhandledAccess("bar0", 4, 2, "read", 1, (5, 6))
    assert one.cells == ("bar0", "0x0004", "2", "read", "1", "0x0005 0x0006")
    assert not Unhandled(list)
