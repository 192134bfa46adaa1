from typing import Any

import pytest

from muserlab.device.config import BarShape, Config, Identity, RawCapability
from muserlab.device.errors import DefinitionError

ID = Identity(0x1234, 0x5678, 0xABCD, 0xEF01, class_code=0x020304, revision=7)
ONES = b"\xff" * 4


def config(**more: Any) -> Config:
    return Config(ID, **more)


def number(board: Config, offset: int, size: int) -> int:
    return int.from_bytes(board.space.read(offset, size), "little")


def test_the_identity_lies_where_a_guest_looks_for_it() -> None:
    board = config(intx=True)
    assert board.space.read(0, 4) == b"\x34\x12\x78\x56"
    assert board.space.read(8, 4) == b"\x07\x04\x03\x02"
    assert board.space.read(0x2C, 4) == b"\xcd\xab\x01\xef"
    assert board.space.read(0x3D, 1) == b"\x01"


def test_nothing_but_the_writable_registers_takes_writes() -> None:
    board = config(bars=[BarShape(4096), BarShape(16, io=True)], intx=True)
    before = bytearray(board.space.read(0, 64))
    board.space.write(0, b"\xff" * 64)
    before[0x04:0x06] = b"\x47\x05"
    before[0x0C:0x0E] = b"\xff\xff"
    before[0x10:0x18] = b"\x00\xf0\xff\xff" + b"\xf1\xff\xff\xff"
    before[0x3C] = 0xFF
    assert board.space.read(0, 64) == before


@pytest.mark.parametrize(
    ("more", "writable"),
    [
        ({}, 0x544),
        ({"bars": [BarShape(16)]}, 0x546),
        ({"bars": [BarShape(16, io=True)]}, 0x545),
        ({"rom_size": 2048}, 0x546),
        ({"vga": True}, 0x547),
    ],
)
def test_the_command_register_enables_what_there_is(more: Any, writable: int) -> None:
    board = config(**more)
    board.space.write(4, b"\xff\xff")
    assert board.header.command == writable


@pytest.mark.parametrize(
    ("shape", "sizing"),
    [
        (BarShape(16), 0xFFFFFFF0),
        (BarShape(4096), 0xFFFFF000),
        (BarShape(1 << 31), 0x80000000),
        (BarShape(4096, prefetchable=True), 0xFFFFF008),
        (BarShape(4, io=True), 0xFFFFFFFD),
        (BarShape(256, io=True), 0xFFFFFF01),
        (BarShape(4096, bits=64), 0xFFFFFFFF_FFFFF004),
        (BarShape(1 << 32, bits=64, prefetchable=True), 0xFFFFFFFF_0000000C),
        (BarShape(1 << 63, bits=64), 0x80000000_00000004),
    ],
)
def test_a_guest_that_writes_ones_reads_the_size_of_a_bar(shape: BarShape, sizing: int) -> None:
    board = config(bars=[None, None, shape])
    for offset in range(0x18, 0x18 + shape.bits // 8, 4):
        board.space.write(offset, ONES)
    assert number(board, 0x18, shape.bits // 8) == sizing


def test_a_bar_holds_the_address_that_it_is_given() -> None:
    board = config(bars=[BarShape(4096, bits=64)])
    board.space.write(0x10, b"\x34\x12\x00\xfe")
    board.space.write(0x14, b"\x01\x00\x00\x00")
    assert board.header.address(0) == 0x1_FE00_1000
    with pytest.raises(DefinitionError, match="no BAR2"):
        board.header.address(2)


def test_the_rom_has_a_size_and_an_enable_bit() -> None:
    board = config(rom_size=1 << 16)
    board.space.write(0x30, ONES)
    assert number(board, 0x30, 4) == 0xFFFF0001
    assert board.header.rom_enabled


@pytest.mark.parametrize(
    "make",
    [
        lambda: BarShape(0),
        lambda: BarShape(8),
        lambda: BarShape(4095),
        lambda: BarShape(2, io=True),
        lambda: BarShape(1 << 32),
        lambda: BarShape(4096, bits=16),
        lambda: BarShape(16, bits=64, io=True),
        lambda: BarShape(16, prefetchable=True, io=True),
        lambda: config(rom_size=1024),
        lambda: config(rom_size=3000),
        lambda: config(rom_size=1 << 25),
        lambda: config(bars=[None] * 7),
        lambda: Identity(0x12345, 1),
        lambda: Identity(0x1234, -1),
        lambda: Identity(0x1234, 1, class_code=1 << 24),
    ],
)
def test_what_no_function_can_be_is_refused(make: Any) -> None:
    with pytest.raises(DefinitionError):
        make()


def test_a_64_bit_bar_takes_two_places() -> None:
    wide = BarShape(4096, bits=64)
    with pytest.raises(DefinitionError, match="BAR0 is 64-bit and takes the place of BAR1"):
        config(bars=[wide, BarShape(4096)])
    with pytest.raises(DefinitionError, match="BAR6, which does not exist"):
        config(bars=[None] * 5 + [wide])


def test_status_bits_clear_by_writing_one() -> None:
    board = config()
    board.space.poke(6, b"\x00\xf9")
    board.space.write(6, b"\xff\x08")
    assert number(board, 6, 2) == 0xF100


def test_the_pin_shows_its_level_and_obeys_the_disable_bit() -> None:
    board = config(intx=True)
    pin = board.intx
    assert pin is not None
    changed: list[range] = []
    pin.on_change = changed.append
    pin.show(0, True)
    assert number(board, 6, 2) == 0x0008
    assert not pin.blocked(0)
    board.space.write(4, b"\x00\x04")
    board.space.write(4, b"\x00\x04")
    assert pin.blocked(0)
    assert changed == [range(1)]
    pin.show(0, False)
    assert number(board, 6, 2) == 0
    assert config().intx is None


def test_a_reset_takes_addresses_and_switches_back() -> None:
    board = config(bars=[BarShape(4096)], rom_size=2048, intx=True, capabilities=[RawCapability(9)])
    before = board.space.read(0, 256)
    board.space.write(0, b"\xff" * 64)
    assert board.header.bus_master
    board.reset()
    assert board.space.read(0, 256) == before


def test_the_latency_timer_is_of_no_use_to_express() -> None:
    board = config(express=True)
    board.space.write(0x0D, b"\xff")
    assert board.space.read(0x0D, 1) == b"\0"
    assert board.space.size == 4096
