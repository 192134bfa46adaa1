"""What no device can be is refused where it is defined, with what to mend."""

from typing import Any

import pytest

from muserlab.device import (
    BAR,
    MSI,
    MSIX,
    ROM,
    VGA,
    DefinitionError,
    DeviceError,
    DeviceRegion,
    Memory,
    PCIDevice,
    PCIExpress,
)
from muserlab.regs import RW


def define(base: type = BAR, body: dict[str, Any] | None = None, **options: Any) -> Any:
    return type(base)("Wrong", (base,), body or {}, **options)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"size": 3000}, "Wrong: .*power of two"),
        ({"size": 8}, "power of two"),
        ({"size": 4096, "bits": 48}, "32 or 64"),
        ({"size": 256, "io": True, "bits": 64}, "I/O BAR"),
        ({"size": 1 << 32}, "power of two .*; a larger one needs bits=64"),
        ({"size": 4096, "io": True, "mappable": True}, "ports"),
        ({"size": 2048, "mappable": True}, "whole pages"),
        ({"size": 16, "body": {"FAR": RW(0x10)}}, r"FAR ends at 0x14.*make size= larger"),
    ],
)
def test_a_bar_that_cannot_be_is_refused_with_its_class(wrong: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        define(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"bar0": 3000}, "power of two"),
        ({"bar0": BAR}, "has no size"),
        ({"bar0": "4096"}, "bar0='4096' is no BAR; .* or a size"),
        ({"bar0": ROM}, "no BAR"),
        ({"rom": define(size=4096)}, "no ROM; .* its bytes, or its size"),
        ({"rom": 2.5}, "rom=2.5 is no ROM"),
        ({"rom": ROM}, "rom: ROM has no size"),
        ({"vga": define(size=4096)}, "no VGA"),
        ({"regions": [define(size=4096)]}, "no DeviceRegion"),
        ({"msi": 2, "capabilities": [MSI(4)]}, "more than one MSI capability"),
        ({"express": True, "capabilities": [PCIExpress(), PCIExpress()]}, "more than one PCIEx"),
        ({"bar0": define(size=64, body={"A": RW(0), "M": Memory(2, 8)})}, "A .* and M .* overlap"),
        ({"bar0": define(size=64, body={"M": Memory(60, 8)})}, "outside"),
        ({"bar0": define(size=64, bits=64), "bar1": 4096}, "BAR0 is 64-bit"),
        ({"bar5": define(size=64, bits=64)}, "BAR5 is 64-bit"),
        ({"rom": 5000}, "ROM"),
        ({"id": (0x12345, 1)}, "vendor"),
        ({"id": 5}, r"id=5 is not two numbers: id=\(VENDOR, DEVICE\)"),
        ({"id": ("1234", 1)}, "vendor is '1234', which is not a 16-bit number"),
        ({"subsystem": 0x1234}, "subsystem=4660 is not two numbers"),
        ({"class_code": "net"}, "class_code is 'net', which is not a 24-bit number"),
        ({"id": (0xFFFF, 1)}, "ffff:0001: reads that nothing answers"),
        ({"id": (0x0001, 2)}, "0001:0002: vendor 0x0001 asks to try again later"),
        ({"id": (0, 0)}, "empty slot"),
        ({"id": (0, 0xFFFF)}, "empty slot"),
        ({"msi": 3}, "MSI"),
        ({"msix": MSIX(4, bar=0, table=0), "bar0": define(size=64, body={"A": RW(0)})}, "MSI-X"),
        ({"msix": MSIX(4, bar=0, table=0x1000), "bar0": 4096}, "outside"),
        (
            {"msix": 1, "bar0": 64, "bar1": 64, "bar2": 64, "bar3": 64, "bar4": 64, "bar5": 64},
            "free",
        ),
        ({"msix": MSIX(1, bar=0), "bar0": define(size=4096, mappable=True)}, "as a whole"),
    ],
)
def test_a_device_that_cannot_be_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        PCIDevice("wrong", **{"id": (0x1234, 2), **wrong})


def test_a_definition_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="power of two"):
        define(size=5)


def test_bars_are_where_configuration_space_says_what_they_are() -> None:
    class Wide(BAR, size=1 << 20, bits=64, prefetchable=True):
        pass

    class Ports(BAR, size=32, io=True):
        pass

    dev = PCIDevice("both", id=(0x1234, 2), bar0=Wide, bar2=Ports, bar5=64)
    assert [region and region.name for region in dev.regions] == [
        "bar0",
        None,
        "bar2",
        None,
        None,
        "bar5",
        None,
        "config",
        None,
    ]
    config = dev.region(7)
    assert config.read(0x10, 8) == (0b1100).to_bytes(8, "little")
    config.write(0x18, b"\xff" * 4)
    assert config.read(0x18, 4) == (0xFFFF_FFE1).to_bytes(4, "little")
    assert (dev.bar1, dev.bar2.size, dev.bar5.size) == (None, 32, 64)


def test_msix_among_the_capabilities_has_its_structures_in_a_bar_too() -> None:
    dev = PCIDevice("msix", id=(0x1234, 2), bar0=4096, capabilities=[MSIX(2, bar=0, table=0x800)])
    assert dev.msix.count == 2
    dev.bar0.write(0x80C, b"\0\0\0\0")
    assert dev.bar0.read(0x800, 16) == bytes(16)
    assert dev.bar0.read(0x81C, 4) == b"\1\0\0\0"
    anywhere = PCIDevice("msix", id=(0x1234, 2), capabilities=[MSIX(2)])
    assert anywhere.bar5.read(0x0C, 4) == b"\1\0\0\0"


def test_a_rom_is_padded_to_a_power_of_two_and_only_read() -> None:
    dev = PCIDevice("rom", id=(0x1234, 2), rom=b"\x55\xaa" + bytes(3000))
    region = dev.region(6)
    assert (region.size, region.readable, region.writable) == (4096, True, False)
    assert region.read(0, 3) == b"\x55\xaa\0"
    with pytest.raises(DeviceError, match="cannot be written") as caught:
        region.write(0, b"x")
    assert caught.value.errno == 1
    dev.rom.poke(0, b"new")
    assert region.read(0, 3) == b"new"
    assert isinstance(dev.rom, ROM)


def test_vga_and_regions_of_its_own_have_their_indexes() -> None:
    class Legacy(VGA):
        MISC = RW(0x3C2, size=1)

    class Telemetry(DeviceRegion, size=4096, type=0x8000_1234, subtype=7, mappable=True):
        pass

    dev = PCIDevice("all", id=(0x1234, 2), vga=Legacy, regions=[Telemetry])
    dev.region(8).write(0x3C2, b"\x63")
    assert dev.vga.MISC.peek() == 0x63
    assert (dev.region(9).region_type, dev.region(9).size) == ((0x8000_1234, 7), 4096)
    assert dev.region(9).fd is not None


def test_msix_finds_a_bar_of_its_own() -> None:
    class Wide(BAR, size=64, bits=64):
        pass

    dev = PCIDevice("msix", id=(0x1234, 2), bar4=Wide, msix=300)
    assert dev.bar5 is None
    assert dev.bar3.size == 8192
    assert dev.msix.count == 300


def test_msix_lies_among_registers_where_it_was_placed() -> None:
    class Mixed(BAR, size=4096):
        CTRL = RW(0x00)

    dev = PCIDevice("msix", id=(0x1234, 2), bar0=Mixed, msix=MSIX(2, bar=0, table=0x800, pba=0xC00))
    region = dev.region(0)
    region.write(0x7FC, bytes(range(16)))
    assert region.read(0x800, 12) == bytes([4 & 0xFC, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    region.write(0xC00, b"\xff" * 8)
    assert region.read(0xC00, 8) == bytes(8)
    assert dev.bar0.peek(0x804, 4) == bytes([8, 9, 10, 11])
    with pytest.raises(DeviceError, match="guest's"):
        dev.bar0[0x800:0x810].poke(b"x")
    assert dev.trace[0].note == "undeclared..MSI-X table"
