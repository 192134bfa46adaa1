"""The lspci-like view: bytes in, description out, whatever the bytes are."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from muserlab.client import decode_config


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
    assert function.title == "Communication controller [0780]: 494f:0dc8 (rev 02)"
    assert function.subsystem == (0x1AF4, 0x1100)
    lines = function.lines({})
    assert "  Control: I/O+ Mem+ BusMaster+ SpecCycle-" in lines[2]
    assert lines[2].endswith("DisINTx+")
    assert "  Status: Cap+" in lines[3]
    assert "  Interrupt: pin A routed to IRQ 11" in lines


def test_bars_are_told_with_the_sizes_of_their_regions() -> None:
    function = decode_config(
        space(
            x10=struct.pack("<IIIIII", 0xFEB00000, 0xC001, 0xE000000C, 0x12, 0x4, 0x0),
            x30=struct.pack("<I", 0xFEA00001),
        )
    )
    sizes = {"bar0": 4096, "bar1": 32, "bar2": 1 << 30, "bar4": 1 << 20, "rom": 65536}
    assert [line for line in function.lines(sizes) if "size=" in line] == [
        "  Region 0: Memory at feb00000 (32-bit, non-prefetchable) [size=4 KiB]",
        "  Region 1: I/O ports at c000 [size=32 B]",
        "  Region 2: Memory at 00000012e0000000 (64-bit, prefetchable) [size=1 GiB]",
        "  Region 4: Memory at 0000000000000000 (64-bit, non-prefetchable) [size=1 MiB]",
        "  Expansion ROM at fea00000 [size=64 KiB]",
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
        "[40] Power Management version 3 Status: D3",
        "[50] MSI Enable+ Count=1/2 Maskable+ 64bit+ Address: 00000001fee00000 Data: 0041",
        "[60] MSI-X Enable+ Count=16 Masked- Table: BAR4+0x0 PBA: BAR4+0x2000",
        "[70] PCI Express (v2) Endpoint FLReset+",
        "[90] Vendor Specific Len=06 61 62 63",
        "[a0] Capability 0x77",
    ]


def test_extended_capabilities_are_listed() -> None:
    function = decode_config(
        space(
            4096,
            x100=struct.pack("<IQ", 0x1401_0003, 0x1122334455667788),
            x140=struct.pack("<I", 0x0001_000B),
        )
    )
    assert [str(capability) for capability in function.extended_capabilities] == [
        "[100] Device Serial Number 11-22-33-44-55-66-77-88",
        "[140] Vendor Specific",
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
    sizes = {f"bar{index}": 16 for index in range(6)} | {"rom": 1}
    function = decode_config(config)
    assert function.lines(sizes)[0] == function.title
    assert len(function.capabilities) <= 64
