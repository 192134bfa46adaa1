"""Handles peek and poke without side effects, from any thread, and say what is wrong."""

import enum
from typing import Any

import pytest

from muserlab.device import BAR, Memory, PCIDevice, RegionError
from muserlab.regs import (
    RC,
    RO,
    RW,
    WO,
    Block,
    LayoutError,
    RegisterFile,
    UnknownField,
    UnknownName,
    UnknownRegister,
    bits,
)


class Mode(enum.Enum):
    OFF = 0
    FAST = 2


class InnerFile(RegisterFile):
    DATA = RW(0, size=2, count=2)


class OuterFile(RegisterFile):
    ID = RO(0, reset=7)
    IN = Block(4, InnerFile, count=2)


class RichBar(BAR, size=0x200):
    KEY = WO(0x00)
    ONCE = RC(0x04, reset=0xFF)
    MODE = RW(0x08, mode=bits(5, 4, enum=Mode))
    OUT = Block(0x40, OuterFile, count=2, stride=0x20)
    ONE = Block(0x80, OuterFile)
    MEM = Memory(0x100, 0x20)


@pytest.fixture
def rich() -> PCIDevice:
    return PCIDevice("rich", id=(0x1234, 2), bar0=RichBar)


def test_looking_at_everything_touches_nothing(rich: PCIDevice) -> None:
    calls: list[object] = []
    for register in (rich.bar0.KEY, rich.bar0.ONCE):
        register.on_read(lambda dev, value: calls.append(value))
    rich.bar0.on_read(lambda dev, offset, count: calls.append(offset) or 0)
    rich.bar0.KEY.poke(5)
    shown = [
        repr(rich.bar0),
        repr(rich.bar0.registers),
        repr(rich.interrupts),
        rich.describe(),
        repr(rich),
        repr(rich.bar0.ONCE),
        repr(rich.bar0.OUT),
    ]
    shown += [repr(rich.bar0.MODE.mode), repr(rich.bar0.MODE.on_write), *dir(rich.bar0.MODE)]
    assert rich.bar0.ONCE.peek() == 0xFF
    assert rich.bar0.KEY.peek() == 5
    assert "0x000000ff" in shown[0]
    assert "ONCE" in shown[1]
    assert calls == []
    assert rich.trace.accesses == 0


def test_pokes_set_registers_and_fields_whatever_their_access_types(rich: PCIDevice) -> None:
    rich.bar0.MODE.poke(0xFFFF_FFFF, mode=Mode.FAST)
    assert rich.bar0.MODE.peek() == 0xFFFF_FFEF
    assert rich.bar0.MODE.mode.peek() is Mode.FAST
    rich.bar0.MODE.mode.poke(Mode.OFF)
    assert rich.bar0.MODE.peek().mode is Mode.OFF
    rich.bar0.ONCE.poke(3)
    assert rich.region(0).read(0x04, 4) == b"\3\0\0\0"
    assert rich.bar0.ONCE.peek() == 0


def test_arrays_and_blocks_are_subscripted_in_any_depth(rich: PCIDevice) -> None:
    element = rich.bar0.OUT[1].IN[0].DATA[1]
    element.poke(0xABCD)
    assert rich.bar0[0x66:0x68].peek() == b"\xcd\xab"
    assert element.peek().index == (1, 0, 1)
    assert rich.bar0.OUT[-1].ID.peek() == 7
    assert len(rich.bar0.OUT) == 2
    assert [data.peek() for data in rich.bar0.OUT[1].IN[0].DATA] == [0, 0xABCD]
    assert rich.bar0.ONE.IN[1].DATA[0].peek().index == (1, 0)


def test_ranges_and_memory_are_bytes(rich: PCIDevice) -> None:
    rich.bar0.MEM.poke(b"0123456789")
    assert rich.bar0[0x102:0x105].peek() == b"234"
    assert rich.bar0.MEM[4:6].peek() == b"45"
    assert len(rich.bar0.MEM) == 0x20
    assert repr(rich.bar0.MEM[4:6]) == "bar0[0x104:0x106]"


def test_pokes_cross_to_the_devices_thread(dev: PCIDevice, host: Any) -> None:
    before = host.crossings
    dev.bar0.A.poke(1)
    dev.bar0.CTRL.go.poke(1)
    dev.bar0[0x1000:0x1010].poke(b"x")
    assert host.crossings == before + 3
    dev.bar0.A.peek()
    dev.bar0.BUF.peek()
    assert host.crossings == before + 3


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda bar: bar.MODE.moed, UnknownField, "did you mean 'mode'"),
        (lambda bar: bar.MODE.poke(moed=1), UnknownField, "did you mean 'mode'"),
        (lambda bar: bar.MODE.poke(mode=4), ValueError, "bits 5:4"),
        (lambda bar: bar.MODE.poke(1 << 32), ValueError, "does not fit"),
        (lambda bar: bar.MODE.poke(), TypeError, "wants a value or fields"),
        (lambda bar: bar.OUT[0].IDD, UnknownName, "did you mean 'ID'"),
        (lambda bar: bar.OUT.ID.peek(), UnknownName, "OUT.ID is no single register"),
        (lambda bar: bar.OUT[2], IndexError, "elements 0 to 1"),
        (lambda bar: setattr(bar, "MODE", 1), AttributeError, r"MODE\.poke"),
        (lambda bar: setattr(bar.MODE, "mode", 1), AttributeError, r"use \.poke"),
        (lambda bar: bar[0x100:0x300], RegionError, "stop <= 0x200"),
        (lambda bar: bar[0x10:0x10], RegionError, "start < stop"),
        (lambda bar: bar[0x104:0x108].poke(b"12345"), RegionError, "do not fit"),
        (lambda bar: bar[0x20:0x24].poke(b"1"), RegionError, "nothing is declared at 0x20"),
        (lambda bar: bar.MEM.on_change, AttributeError, r"bar0\[0x100:0x120\] .*mappable=True"),
        (lambda bar: type(bar).MODDE, UnknownRegister, "did you mean 'MODE'"),
        (lambda bar: bar[0x20], TypeError, r"bar0\[32\] is no range"),
        (lambda bar: bar["MODE"], TypeError, r"bar0\['MODE'\] is no range"),
    ],
)
def test_mistakes_are_named(
    rich: PCIDevice, wrong: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        wrong(rich.bar0)


@pytest.mark.parametrize("name", ["read", "size", "hooks", "on_write", "fd", "backing"])
def test_a_register_cannot_take_a_name_that_a_region_uses(name: str) -> None:
    with pytest.raises(LayoutError, match=name):
        type(BAR)("BadBar", (BAR,), {name: RW(0)}, size=16)


@pytest.mark.parametrize("name", ["peek", "on_write"])
def test_a_field_cannot_take_a_name_that_a_handle_uses(name: str) -> None:
    with pytest.raises(LayoutError, match=name):
        RW(0, fields={name: bits(1, 0)})


@pytest.mark.parametrize(
    "mistake",
    [
        lambda dev: bool(dev.bar0.MODE),
        lambda dev: bool(dev.bar0.MODE.mode),
        lambda dev: bool(dev.bar0.ONE.IN[0].DATA),
        lambda dev: not RichBar.MODE.mode,
        lambda dev: dev.bar0.MODE == 1,
        lambda dev: dev.bar0.MODE.peek() == dev.bar0.MODE,
        lambda dev: dev.bar0.MODE.mode == Mode.FAST,
        lambda dev: dev.bar0.MODE != 0,
        lambda dev: dev.bar0.MODE in (0, 1),
        lambda dev: dev.bar0.MODE < 1,
        lambda dev: dev.bar0.MODE >= 1,
        lambda dev: dev.bar0.MODE.mode < 1,
    ],
)
def test_a_place_that_is_taken_for_its_value_says_how_to_get_that(
    rich: PCIDevice, mistake: Any
) -> None:
    with pytest.raises(TypeError, match=r"\.peek\(\)"):
        mistake(rich)


def test_places_are_told_apart_and_hashed_by_identity(rich: PCIDevice) -> None:
    mode, key = rich.bar0.MODE, rich.bar0.KEY
    assert mode == rich.bar0.MODE
    assert mode != key
    assert mode != "MODE"
    assert mode is not None
    assert {mode: 1, key: 2}[key] == 2


def test_a_register_that_there_is_not_cannot_be_assigned_to(rich: PCIDevice) -> None:
    with pytest.raises(UnknownRegister, match="bar0 has no register 'MOED'; did you mean 'MODE'"):
        rich.bar0.MOED = 1
    with pytest.raises(UnknownName, match=r"OUT\[0\] has no register 'IDD'; did you mean 'ID'"):
        rich.bar0.OUT[0].IDD = 1
    with pytest.raises(AttributeError, match=r"OUT\[0\].ID cannot be assigned to; use .ID.poke"):
        rich.bar0.OUT[0].ID = 1


def test_a_region_of_ones_own_may_have_attributes_that_its_class_declares() -> None:
    class Counting(BAR, size=64):
        count = 0

    bar: Any = PCIDevice("counting", id=(0x1234, 2), bar0=Counting).bar0
    bar.count = 1
    bar._private = 2
    assert (bar.count, Counting.count) == (1, 0)
