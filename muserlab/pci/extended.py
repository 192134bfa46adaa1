"""What the capabilities of the list that begins at 0x100 say (PCI Express 5.0, 7.6 to 7.9)."""

from collections.abc import Callable, Sequence

from muserlab.pci.described import Described
from muserlab.pci.fields import Register, Space, field, flags, number, register

_UNCORRECTABLE = (
    flags(4, "DLP", "SDES"),
    flags(12, "TLP", "FCP", "CmpltTO", "CmpltAbrt", "UnxCmplt", "RxOF", "MalfTLP", "ECRC"),
    flags(20, "UnsupReq", "ACSViol", "UncorrIntErr", "BlockedTLP", "AtomicOpBlocked"),
    flags(25, "TLPBlockedErr", "PoisonTLPBlocked"),
)
_CORRECTABLE = (
    flags(0, "RxErr"),
    flags(6, "BadTLP", "BadDLLP", "Rollover"),
    flags(12, "Timeout", "AdvNonFatalErr", "CorrIntErr", "HeaderOF"),
)
_ERROR_REPORTING = (
    register("UESta", 0x04, 4, *_UNCORRECTABLE),
    register("UEMsk", 0x08, 4, *_UNCORRECTABLE),
    register("UESvrt", 0x0C, 4, *_UNCORRECTABLE),
    register("CESta", 0x10, 4, *_CORRECTABLE),
    register("CEMsk", 0x14, 4, *_CORRECTABLE),
    register(
        "AERCap",
        0x18,
        4,
        field(4, 0, "First Error Pointer: {:02x},"),
        flags(5, "ECRCGenCap", "ECRCGenEn", "ECRCChkCap", "ECRCChkEn"),
        flags(9, "MultHdrRecCap", "MultHdrRecEn", "TLPPfxPres"),
    ),
    *(register(f"HeaderLog {i}", 0x1C + 4 * i, 4, number(8)) for i in range(4)),
)
_ACS = flags(
    0,
    *("SrcValid", "TransBlk", "ReqRedir", "CmpltRedir", "UpstreamFwd", "EgressCtrl"),
    "DirectTrans",
)
_LATENCY_UNITS = tuple(32**scale for scale in range(6))


def _latency(value: int) -> str:
    scale = value >> 10 & 7
    if scale >= len(_LATENCY_UNITS):
        return f"unknown scale {scale}"
    return f"{(value & 0x3FF) * _LATENCY_UNITS[scale]}ns"


_FIXED: dict[int, tuple[str, int, Sequence[Register]]] = {
    0x0001: ("Advanced Error Reporting", 0x2C, _ERROR_REPORTING),
    0x000D: (
        "Access Control Services",
        8,
        (register("ACSCap", 4, 2, _ACS), register("ACSCtl", 6, 2, _ACS)),
    ),
    0x000E: (
        "Alternative Routing-ID Interpretation (ARI)",
        8,
        (
            register(
                "ARICap", 4, 2, flags(0, "MFVC"), flags(1, "ACS"), field(15, 8, "Next Function: {}")
            ),
            register(
                "ARICtl", 6, 2, flags(0, "MFVC"), flags(1, "ACS"), field(6, 4, "Function Group: {}")
            ),
        ),
    ),
    0x000F: (
        "Address Translation Service (ATS)",
        8,
        (
            register("ATSCap", 4, 2, field(4, 0, "Invalidate Queue Depth: {:02x}")),
            register(
                "ATSCtl",
                6,
                2,
                flags(15, "Enable"),
                field(4, 0, "Smallest Translation Unit: {}"),
            ),
        ),
    ),
    0x0018: (
        "Latency Tolerance Reporting",
        8,
        (
            register("Max snoop latency", 4, 2, _latency),
            register("Max no snoop latency", 6, 2, _latency),
        ),
    ),
    0x001B: (
        "Process Address Space ID (PASID)",
        8,
        (
            register(
                "PASIDCap", 4, 2, flags(1, "Exec", "Priv"), field(12, 8, "Max PASID Width: {:02x}")
            ),
            register("PASIDCtl", 6, 2, flags(0, "Enable", "Exec", "Priv")),
        ),
    ),
}


def _serial_number(space: Space, at: int) -> Described:
    """PCI Express 5.0, 7.9.3."""
    serial = "-".join(f"{byte:02x}" for byte in reversed(space.bytes(at + 4, 8)))
    says: tuple[Register, ...] = (register("Serial Number", 4, 8, lambda _v: serial, told=True),)
    return Described(12, f"Device Serial Number {serial}", says)


def _vendor_specific(space: Space, at: int) -> Described:
    """PCI Express 5.0, 7.9.5: at least its own header, and at most what is left of the space."""
    value = space.number(at + 4, 4)
    length = min(max(value >> 20, 8), max(space.size - at, 8))
    text = f"ID={value & 0xFFFF:04x} Rev={value >> 16 & 0xF} Len={value >> 20:03x}"
    registers = [register("Vendor Header", 4, 4, lambda _value: text, told=True)]
    registers += _data(space, at, 8, length)
    return Described(length, f"Vendor Specific Information: {text}", registers)


def _designated(space: Space, at: int) -> Described:
    """PCI Express 5.0, 7.9.6."""
    first, second = space.number(at + 4, 4), space.number(at + 8, 2)
    length = min(max(first >> 20, 10), max(space.size - at, 10))
    text = f"Vendor={first & 0xFFFF:04x} ID={second:04x} Rev={first >> 16 & 0xF} Len={first >> 20}"
    registers = [
        register("Header 1", 4, 4, lambda _value: text, told=True),
        register("Header 2", 8, 2, number(4), told=True),
    ]
    registers += _data(space, at, 10, length)
    return Described(length, f"Designated Vendor-Specific: {text}", registers)


def _data(space: Space, at: int, start: int, length: int) -> list[Register]:
    data = space.bytes(at + start, length - start)
    return [register("Data", start, len(data), lambda _value: data.hex(" "))] if data else []


Describe = Callable[[Space, int], Described]


def _fixed(text: str, size: int, registers: Sequence[Register]) -> Describe:
    described = Described(size, text, registers)

    def describe(_space: Space, _at: int) -> Described:
        return described

    return describe


EXTENDED: dict[int, Describe] = {
    0x0003: _serial_number,
    0x000B: _vendor_specific,
    0x0023: _designated,
    **{number: _fixed(*described) for number, described in _FIXED.items()},
}
"""What describes a capability that begins at an offset, by its number."""
