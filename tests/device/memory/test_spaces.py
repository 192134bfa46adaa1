"""Regions as address spaces: what is there, what it is called, where to find it."""

import mmap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device import BAR, MSIX, DeviceRegion, Memory, PCIDevice, RegionError
from muserlab.device.memory import Place
from muserlab.regs import RC, RW, Block, RegisterFile, UnknownName

PAGE = mmap.PAGESIZE


class Channel(RegisterFile):
    ADDR = RW(0x00, size=8)
    CTRL = RW(0x08)


class Bar(BAR, size=0x4000):
    A = RW(0x00)
    EVENTS = RC(0x04, reset=5)
    CH = Block(0x10, Channel, count=2, stride=0x10)
    BUF = Memory(0x1000, 0x1000)
    SHARED = Memory(0x2000, 0x1000, mappable=True)


class Huge(BAR, size=1 << 30, bits=64, mappable=True):
    pass


@pytest.fixture
def dev() -> PCIDevice:
    return PCIDevice("spaces", id=(0x1234, 1), bar0=Bar, bar2=Huge, msi=2, express=True)


def test_what_has_a_name_is_told_with_its_borders(dev: PCIDevice) -> None:
    assert list(dev.bar0.memory.places(0x00, 0x19)) == [
        Place(0x00, 0x04, "A", "register"),
        Place(0x04, 0x08, "EVENTS", "register"),
        Place(0x08, 0x10, "undeclared", "undeclared"),
        Place(0x10, 0x18, "CH[0].ADDR", "register"),
        Place(0x18, 0x1C, "CH[0].CTRL", "register"),
    ]
    assert list(dev.bar0.memory.places(0x1800, 0x1810)) == [Place(0x1000, 0x2000, "BUF", "memory")]
    assert list(dev.bar2.memory.places(0, 0x100)) == []


def test_configuration_space_has_the_registers_of_the_specifications(dev: PCIDevice) -> None:
    names = [place.name for place in dev.config.memory.places(0x00, 0x08)]
    assert names == ["Vendor ID", "Device ID", "Control", "Status"]
    at = dev.config.memory.locate("msi")
    (header, control) = dev.config.memory.places(at, at + 4)
    assert (header.name, control.name) == ("MSI header", "MSI Message Control")


def test_an_msix_table_is_told_as_what_it_is() -> None:
    dev = PCIDevice("msix", id=(0x1234, 1), bar0=0x1000, msix=MSIX(2, bar=0))
    table, pending, *_ = dev.bar0.memory.places(0, 0x1000)
    assert table == Place(0, 0x20, "MSI-X table", "table")
    assert pending.name == "MSI-X PBA"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("0x1f0", 0x1F0),
        ("496", 496),
        ("A", 0),
        ("CH[1].CTRL", 0x28),
        ("CH", 0x10),
        (" BUF ", 0x1000),
    ],
)
def test_places_are_found_by_number_and_by_name(dev: PCIDevice, text: str, offset: int) -> None:
    assert dev.bar0.memory.locate(text) == offset


def test_what_cannot_be_found_is_told_with_what_may_be_meant(dev: PCIDevice) -> None:
    with pytest.raises(UnknownName, match="did you mean 'BUF'"):
        dev.bar0.memory.locate("BUFF")
    with pytest.raises(UnknownName, match="did you mean 'MSI'"):
        dev.config.memory.locate("MSY")
    with pytest.raises(ValueError, match="0x4000 is beyond bar0, which ends at 0x4000"):
        dev.bar0.memory.locate("0x4000")


def test_every_name_leads_to_its_place(dev: PCIDevice) -> None:
    for space in (dev.bar0.memory, dev.config.memory):
        for name in space.names():
            assert 0 <= space.locate(name) < space.size
    assert list(dev.bar0.memory.names())[:3] == ["BUF", "SHARED", "A"]


def test_looking_touches_nothing(dev: PCIDevice) -> None:
    memory = dev.bar0.memory
    assert memory.peek(0x04, 4) == b"\x05\0\0\0"
    memory.poke(0x00, b"\x07")
    assert memory.peek(0x00, 8) == b"\x07\0\0\0\x05\0\0\0"
    assert dev.trace.accesses == 0
    with pytest.raises(RegionError):
        memory.peek(0x3FFF, 2)


def test_memory_that_nobody_touched_is_known_without_reading_it(dev: PCIDevice) -> None:
    dev.bar2.poke(0x1234_5678, b"x")
    spans = list(dev.bar2.memory.touched(0, 1 << 30))
    assert spans == [(0x1234_5000, 0x1234_6000)]
    dev.bar0.poke(0x2800, b"y")
    touched = list(dev.bar0.memory.touched(0, 0x4000))
    assert (0x2000, 0x3000) in touched
    assert not any(start <= 0x3800 < end for start, end in touched)


@pytest.mark.parametrize("mappable", [False, True])
def test_a_bar_may_be_larger_than_the_machines_memory(mappable: bool) -> None:
    class Vast(BAR, size=1 << 38, bits=64, mappable=mappable):
        pass

    dev = PCIDevice("vast", id=(0x1234, 1), bar0=Vast)
    dev.bar0.poke((1 << 38) - 6, b"needle")
    assert dev.bar0.memory.find(b"needle") == (1 << 38) - 6
    touched = list(dev.bar0.memory.touched(0, 1 << 38))
    assert touched[-1][1] == 1 << 38
    assert sum(end - start for start, end in touched) < 16 << 20


def test_a_space_shows_the_first_lines_that_hold_something(dev: PCIDevice) -> None:
    assert repr(dev.bar2.memory).splitlines() == ["bar2: 0x40000000 bytes", "*", "40000000"]
    dev.bar2.poke(0x3FFF_FFFF, b"!")
    dev.bar2.poke(0x40, b"Hello")
    assert repr(dev.bar2.memory).splitlines() == [
        "bar2: 0x40000000 bytes",
        "*",
        "00000040  48 65 6c 6c 6f 00 00 00  00 00 00 00 00 00 00 00  Hello...........",
        "*",
        "3ffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 21  ...............!",
    ]
    dev.bar2.poke(0x1000, b"x" * 0x1000)
    assert len(repr(dev.bar2.memory).splitlines()) == 1 + 16 + 4


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(min_size=1, max_size=8)), max_size=6),
    st.binary(min_size=1, max_size=4) | st.sampled_from([b"\0", b"\0\0\0", b"a\0\0"]),
    st.integers(0, 0x10000),
    st.integers(0, 0x10000),
    st.booleans(),
)
def test_searching_finds_what_python_finds(
    writes: list[tuple[int, bytes]], what: bytes, start: int, end: int, backwards: bool
) -> None:
    class Plain(DeviceRegion, size=0x10000):
        pass

    region: Any = PCIDevice("plain", id=(0x1234, 1), regions=[Plain]).regions[9]
    for offset, data in writes:
        region.poke(offset, data[: 0x10000 - offset])
    everything = region.peek(0, 0x10000)
    find = everything.rfind if backwards else everything.find
    expected = find(what, start, end)
    found = region.memory.find(what, start, end, backwards=backwards)
    assert found == (None if expected < 0 else expected)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("at", [0x3FFFE, 0x3FFFF, 0x40000, 0x7FFFD])
def test_a_match_may_lie_across_the_pieces_in_which_is_searched(at: int, backwards: bool) -> None:
    dev = PCIDevice("pieces", id=(0x1234, 1), bar0=0x100000)
    dev.bar0.poke(0, b"\xee" * 0x100000)
    dev.bar0.poke(at, b"needle")
    assert dev.bar0.memory.find(b"needle", backwards=backwards) == at


def test_a_search_of_a_gibibyte_reads_next_to_nothing_and_can_be_ended(dev: PCIDevice) -> None:
    dev.bar2.poke(0x3000_0000, b"needle")
    ticks: list[int] = []
    assert dev.bar2.memory.find(b"absent", tick=ticks.append) is None
    assert sum(ticks) <= 2 * PAGE
    with pytest.raises(ZeroDivisionError):
        dev.bar2.memory.find(b"absent", tick=lambda _done: 1 // 0)
    with pytest.raises(ValueError, match="nothing to look for"):
        dev.bar2.memory.find(b"")
