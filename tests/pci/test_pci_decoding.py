"""The lspci-like view: bytes in, description out, whatever the bytes are."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from muserlab.pci import ConfigItem, decode_config


def space(size: int = 256, **parts: bytes) -> bytes:
    """Lay bytes out at offsets: `space(x10=b"…")`."""
    config = bytearray(size)
    for place, data in parts.items():
        offset = int(place[1:], 16)
        config[offset : offset + len(data)] = data
    return bytes(config)


def test_the_header_is_read() -> None:
    function = decode_config(
        space(
            x0=struct.pack("<HHHH", 0x494F, 0x0DC8, 0x0407, 0x0010),
            x8=struct.pack("<I", 0x078000 << 8 | 0x02),
            x2c=struct.pack("<HH", 0x1AF4, 0x1100),
            x3c=bytes([11, 1]),
        )
    )
    assert function.title == "Communication controller [0780]: Device 494f:0dc8 (rev 02)"
    assert function.subsystem == (0x1AF4, 0x1100)
    lines = function.lines()
    assert "  Control: I/O+ Mem+ BusMaster+ SpecCycle-" in lines[2]
    assert lines[2].endswith("DisINTx+")
    assert "  Status: Cap+" in lines[3]
    assert "  Interrupt: pin A routed to IRQ 11" in lines


def test_bars_are_told_with_the_sizes_of_their_regions() -> None:
    function = decode_config(
        space(
            x4=b"\x02",
            x10=struct.pack("<IIIIII", 0xFEB00000, 0xC001, 0xE000000C, 0x12, 0x4, 0x0),
            x30=struct.pack("<I", 0xFEA00001),
        ),
        {"bar0": 4096, "bar1": 32, "bar2": 1 << 30, "bar4": 1 << 20, "rom": 65536},
    )
    assert [line for line in function.lines() if "size=" in line] == [
        "  Region 0: Memory at feb00000 (32-bit, non-prefetchable) [size=4K]",
        "  Region 1: I/O ports at c000 [disabled] [size=32]",
        "  Region 2: Memory at 00000012e0000000 (64-bit, prefetchable) [size=1G]",
        "  Region 4: Memory at <unassigned> (64-bit, non-prefetchable) [size=1M]",
        "  Expansion ROM at fea00000 [size=64K]",
    ]


def test_bars_of_unknown_size_are_told_where_they_have_an_address() -> None:
    function = decode_config(space(x4=b"\x02", x10=struct.pack("<II", 0xFEB00000, 0)))
    assert [line for line in function.lines() if "Region" in line] == [
        "  Region 0: Memory at feb00000 (32-bit, non-prefetchable)"
    ]
    assert [str(item) for item in function.header.parts if "Region" in item.name][:2] == [
        "Region 0: Memory at feb00000 (32-bit, non-prefetchable)",
        "Region 1: none",
    ]


def test_capabilities_are_listed_with_what_they_say() -> None:
    function = decode_config(
        space(
            x6=b"\x10",
            x34=b"\x40",
            x40=b"\x01\x50\x03\x00\x03",
            x50=b"\x05\x60" + struct.pack("<HIIH", 0x0183, 0xFEE00000, 1, 0x41),
            x60=b"\x11\x70" + struct.pack("<HII", 0x800F, 0x4, 0x2004),
            x70=b"\x10\x90" + struct.pack("<HI", 0x02, 1 << 28),
            x90=b"\x09\xa0\x06abc",
            xa0=b"\x77\x00",
        )
    )
    assert [str(capability) for capability in function.capabilities] == [
        "Capabilities: [40] Power Management version 3",
        "Capabilities: [50] MSI: Enable+ Count=1/2 Maskable+ 64bit+",
        "Capabilities: [60] MSI-X: Enable+ Count=16 Masked-",
        "Capabilities: [70] Express (v2) Endpoint, IntMsgNum 0",
        "Capabilities: [90] Vendor Specific Information: Len=06",
        "Capabilities: [a0] Capability 0x77",
    ]
    lines = function.lines()
    for line in (
        "    Status: D3 NoSoftRst- PME-Enable- DSel=0 DScale=0 PME-",
        "    Address: 00000001fee00000",
        "    Data: 0041",
        "    Vector table: BAR=4 offset=00000000",
        "    PBA: BAR=4 offset=00002000",
        "    DevSta: CorrErr- NonFatalErr- FatalErr- UnsupReq- AuxPwr- TransPend-",
        "    Data: 61 62 63",
    ):
        assert line in lines


def test_every_register_has_a_place_and_a_name() -> None:
    function = decode_config(
        space(x6=b"\x10", x34=b"\x40", x40=b"\x05\x00" + struct.pack("<HIH", 0, 0xFEE00000, 7))
    )
    places = {item.name: (item.offset, item.size) for item in function.registers()}
    assert places["Device ID"] == (0x02, 2)
    assert places["MSI header"] == (0x40, 2)
    assert places["MSI Message Control"] == (0x42, 2)
    assert places["MSI Address"] == (0x44, 4)
    assert places["MSI Data"] == (0x48, 2)


def test_long_lines_are_wrapped_with_what_follows_further_in() -> None:
    item = ConfigItem(0, 1, "Flags", " ".join(["Flag+"] * 40))
    first, second, *_ = item.lines("  ")
    assert first.startswith("  Flags: Flag+ ")
    assert second.startswith("      Flag+ ")
    assert max(map(len, item.lines())) <= 110


def test_extended_capabilities_are_listed() -> None:
    function = decode_config(
        space(
            4096,
            x100=struct.pack("<IQ", 0x1401_0003, 0x1122334455667788),
            x140=struct.pack("<I", 0x0000_000B),
        )
    )
    assert [str(capability) for capability in function.extended_capabilities] == [
        "Capabilities: [100 v1] Device Serial Number 11-22-33-44-55-66-77-88",
        "Capabilities: [140 v0] Vendor Specific Information: ID=0000 Rev=0 Len=000",
    ]


def test_a_list_that_runs_in_circles_is_cut() -> None:
    function = decode_config(
        space(4096, x6=b"\x10", x34=b"\x40", x40=b"\x01\x40", x100=struct.pack("<I", 0x1001_0003))
    )
    assert len(function.capabilities) == 1
    assert len(function.extended_capabilities) == 1


def test_without_the_status_bit_there_are_no_capabilities() -> None:
    assert decode_config(space(x34=b"\x40", x40=b"\x01")).capabilities == ()


@given(st.binary(max_size=300) | st.binary(min_size=4096, max_size=4096))
def test_any_bytes_can_be_described(config: bytes) -> None:
    function = decode_config(config, {f"bar{index}": 16 for index in range(6)} | {"rom": 1})
    assert function.lines()[0] == function.title
    assert len(function.capabilities) <= 64
    for item in function.registers():
        assert item.size > 0
        assert item.offset >= 0
