"""Configuration space as a region: its own rules first, hooks for what is left."""

from typing import Any

import pytest

from muserlab.device import PASS, PCIDevice, RegionError, VendorSpecific

HOLE = 0xE0


@pytest.fixture
def express() -> PCIDevice:
    return PCIDevice(
        "express", id=(0x1AF4, 0x1000), express=True, msi=4, capabilities=[VendorSpecific(b"abc")]
    )


def test_hooks_are_asked_about_bytes_that_nothing_owns(express: PCIDevice, bus_of: Any) -> None:
    reads: list[tuple[int, int]] = []
    writes: list[tuple[int, bytes]] = []

    @express.config.on_read
    def answer(dev: PCIDevice, offset: int, count: int) -> Any:
        reads.append((offset, count))
        return 0x77 if offset == HOLE else PASS

    express.config.on_write(lambda dev, offset, data: writes.append((offset, data)))
    bus = bus_of(express)
    assert bus.read(0x00, region=7) == 0x1000_1AF4
    assert bus.read(HOLE, 1, region=7) == 0x77
    bus.write_bytes(0x3C, b"\x0b\0\0\0", region=7)
    bus.write_bytes(HOLE, b"z", region=7)
    assert (reads, writes) == ([(HOLE, 1)], [(HOLE, b"z")])
    whole = bus.read_bytes(0, 256, region=7)
    assert whole[:2] == b"\xf4\x1a"
    assert whole[0x3C] == 0x0B
    assert len(reads) > 1


def test_without_hooks_such_bytes_read_as_poked_and_ignore_writes(
    express: PCIDevice, bus_of: Any
) -> None:
    bus = bus_of(express)
    bus.write(HOLE, 0xFFFF, region=7)
    assert bus.read(HOLE, region=7) == 0
    express.config.poke(HOLE, b"ok")
    assert bus.read_bytes(HOLE, 2, region=7) == b"ok"
    assert express.config[HOLE : HOLE + 2].peek() == b"ok"


def test_the_trace_says_whose_bytes_were_accessed(express: PCIDevice, bus_of: Any) -> None:
    bus = bus_of(express)
    bus.read(0x04, region=7)
    bus.write(HOLE, 1, region=7)
    assert [(e.where, e.note) for e in express.trace] == [("config", "the header"), ("config", "")]


def test_an_access_beyond_the_end_is_refused(express: PCIDevice) -> None:
    assert express.region(7).size == 4096
    with pytest.raises(RegionError):
        express.region(7).read(4094, 4)


def test_setting_the_flr_bit_resets_the_function(express: PCIDevice, bus_of: Any) -> None:
    kinds: list[str] = []
    express.on_reset(lambda dev, kind: kinds.append(kind))
    capability = next(c for c in express.config.capabilities if c.definition.capability_id == 0x10)
    bus_of(express).write(0x04, 0x0006, 2, region=7)
    bus_of(express).write(capability.offset + 8, 1 << 15, 2, region=7)
    assert kinds == ["function-level"]
    assert bus_of(express).read(0x04, 2, region=7) == 0


def test_it_is_decoded_again_only_when_it_has_changed(express: PCIDevice, bus_of: Any) -> None:
    before = express.config.decode()
    assert express.config.decode() is before
    bus_of(express).write(0x04, 0x6, 2, region=7)
    assert "BusMaster+" in express.config.decode().lines()[2]


def test_it_shows_itself_as_lspci_would_with_its_bytes(express: PCIDevice) -> None:
    express.config.poke(HOLE, b"free")
    lines = repr(express.config).splitlines()
    assert lines[0] == "Unassigned class [ff00]: Device 1af4:1000 (rev 00)"
    assert "  Capabilities: [40] Vendor Specific Information: Len=06" in lines
    assert "    Data: 61 62 63" in lines
    assert "000  f4 1a 00 10 00 00 10 00  00 00 00 ff 00 00 00 00  ................" in lines
    assert "0e0  66 72 65 65 00 00 00 00  00 00 00 00 00 00 00 00  free............" in lines
    assert express.trace.accesses == 0
