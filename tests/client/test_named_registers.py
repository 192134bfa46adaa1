"""Registers by name, with any object that looks like a layout."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from muserlab.client import Driver, connect
from muserlab.proto import RegionRead, RegionWrite

from .scripted import Scripted


class Bits(int):
    """A value with two fields: go is bit 0, mode bits 7 to 4."""

    @property
    def go(self) -> int:
        return self & 1

    @property
    def mode(self) -> int:
        return self >> 4 & 0xF


@dataclass(frozen=True)
class Placed:
    path: str
    offset: int
    size: int = 4

    def value(self, stored: int) -> Bits:
        return Bits(stored)

    def encode(self, base: int, /, **fields: int) -> int:
        for name, number in fields.items():
            shift, mask = {"go": (0, 1), "mode": (4, 0xF)}[name]
            base = base & ~(mask << shift) | number << shift
        return base


@dataclass(frozen=True)
class Layout:
    registers: tuple[Placed, ...]


LAYOUT = Layout(
    (
        Placed("CTRL", 0x00),
        Placed("WIDE", 0x08, 8),
        Placed("CH[0].GAIN", 0x10, 2),
        Placed("CH[1].GAIN", 0x14, 2),
        Placed("TABLE[0][1]", 0x20),
    )
)


@pytest.fixture
def drv(server: Scripted) -> Iterator[Driver]:
    with connect(server.start(), layouts={"bar0": LAYOUT}) as driver:
        yield driver


def test_a_register_is_read_with_its_fields(drv: Driver, server: Scripted) -> None:
    server.memory[0] = 0x31
    value = drv.bar0.CTRL.read()
    assert (value, value.go, value.mode) == (0x31, 1, 3)


def test_fields_that_are_not_given_are_written_as_zero(drv: Driver, server: Scripted) -> None:
    server.memory[0] = 0xFF
    drv.bar0.CTRL.write(go=1)
    assert server.memory[0] == 0x01
    assert not any(isinstance(body, RegionRead) for body in server.heard)


def test_fields_are_put_into_the_value_that_is_given(drv: Driver, server: Scripted) -> None:
    drv.bar0.CTRL.write(0x31, mode=7)
    assert server.memory[0] == 0x71
    drv.bar0.CTRL.write(5)
    assert server.memory[0] == 5


def test_modify_reads_replaces_and_writes(drv: Driver, server: Scripted) -> None:
    server.memory[0] = 0x30
    drv.bar0.CTRL.modify(go=1)
    assert server.memory[0] == 0x31
    assert server.heard[-2:] == [RegionRead(0, 0, 4), RegionWrite(0, 0, b"\x31\0\0\0")]


def test_a_register_is_accessed_in_its_own_size(drv: Driver, server: Scripted) -> None:
    drv.bar0.WIDE.write(1 << 63)
    assert server.memory[0x0F] == 0x80
    drv.bar0.CH[1].GAIN.write(0x1234, posted=True)
    assert drv.bar0.CH[1].GAIN.read() == 0x1234
    assert server.posted == [RegionWrite(0x14, 0, b"\x34\x12")]


def test_arrays_and_blocks_are_reached_by_index_and_by_path(drv: Driver, server: Scripted) -> None:
    drv.bar0["CH[1].GAIN"].write(3)
    assert drv.bar0.CH[1].GAIN.read() == 3
    drv.bar0.TABLE[0][1].write(9)
    assert server.memory[0x20] == 9
    assert len(drv.bar0.CH) == 2
    assert [channel.GAIN.read() for channel in drv.bar0.CH] == [0, 3]
    with pytest.raises(IndexError, match=r"bar0\.CH has no element 2"):
        drv.bar0.CH[2]


def test_a_wrong_name_is_answered_with_the_right_one(drv: Driver) -> None:
    with pytest.raises(AttributeError, match="bar0 has no register CTLR; did you mean CTRL"):
        _ = drv.bar0.CTLR
    with pytest.raises(AttributeError, match="no register CTRL"):
        _ = drv.bar1.CTRL


def test_names_are_completed_and_shown(drv: Driver) -> None:
    assert {"CTRL", "WIDE", "CH", "read"} <= set(dir(drv.bar0))
    assert dir(drv.bar0.CH[0]) == ["GAIN"]
    assert repr(drv.bar0) == "<bar0 4 KiB rw (CTRL, WIDE, CH, TABLE)>"
    assert repr(drv.bar0.CH[1].GAIN) == "<bar0.CH[1].GAIN at 0x14, 2 bytes>"


def test_a_register_file_stands_for_its_layout(server: Scripted) -> None:
    class File:
        __layout__ = LAYOUT

    with connect(server.start(), layouts={"bar0": File}) as driver:
        assert driver.bar0.CTRL.read() == 0
