"""The PCI Express capability (PCI Express 5.0, 7.5.3), as far as endpoints have it."""

from muserlab.pci.described import Described
from muserlab.pci.fields import Register, Space, field, flags, register
from muserlab.pci.names import PCIE_TYPES

_BYTES = ("128", "256", "512", "1024", "2048", "4096")
_SPEEDS = ("unknown", "2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s")
_L0S = ("<64ns", "<128ns", "<256ns", "<512ns", "<1us", "<2us", "<4us", "unlimited")
_L1 = ("<1us", "<2us", "<4us", "<8us", "<16us", "<32us", "<64us", "unlimited")
_ASPM = ("not supported", "L0s", "L1", "L0s L1")
_ASPM_SET = ("Disabled", "L0s Enabled", "L1 Enabled", "L0s L1 Enabled")
_ERRORS = ("CorrErr", "NonFatalErr", "FatalErr", "UnsupReq")
_TIMEOUTS = {0: "50us to 50ms", 1: "50us to 100us", 2: "1ms to 10ms", 5: "16ms to 55ms"} | {
    6: "65ms to 210ms",
    9: "260ms to 900ms",
    10: "1s to 3.5s",
    13: "4s to 13s",
    14: "17s to 64s",
}
_RANGES = {0: "Not Supported", 1: "Range A", 2: "Range B", 3: "Range AB", 6: "Range BC"} | {
    7: "Range ABC",
    14: "Range BCD",
    15: "Range ABCD",
}

_DEVICE = (
    register(
        "DevCap",
        0x04,
        4,
        field(2, 0, "MaxPayload {} bytes,", _BYTES),
        field(4, 3, "PhantFunc {},"),
        field(8, 6, "Latency L0s {},", _L0S),
        field(11, 9, "L1 {}", _L1),
        flags(5, "ExtTag"),
        flags(12, "AttnBtn", "AttnInd", "PwrInd", "RBE"),
        flags(28, "FLReset"),
    ),
    register(
        "DevCtl",
        0x08,
        2,
        flags(0, *_ERRORS),
        flags(4, "RlxdOrd"),
        flags(8, "ExtTag", "PhantFunc", "AuxPwr", "NoSnoop"),
        flags(15, "FLReset"),
        field(7, 5, "MaxPayload {} bytes,", _BYTES),
        field(14, 12, "MaxReadReq {} bytes", _BYTES),
    ),
    register("DevSta", 0x0A, 2, flags(0, *_ERRORS, "AuxPwr", "TransPend")),
)
_LINK = (
    register(
        "LnkCap",
        0x0C,
        4,
        field(31, 24, "Port #{},"),
        field(3, 0, "Speed {},", _SPEEDS),
        field(9, 4, "Width x{},"),
        field(11, 10, "ASPM {}", _ASPM),
        flags(18, "ClockPM", "Surprise", "LLActRep", "BwNot", "ASPMOptComp"),
    ),
    register(
        "LnkCtl",
        0x10,
        2,
        field(1, 0, "ASPM {};", _ASPM_SET),
        field(3, 3, "RCB {} bytes,", ("64", "128")),
        flags(4, "LnkDisable"),
        flags(6, "CommClk", "ExtSynch", "ClockPM", "AutWidDis", "BWInt", "AutBWInt"),
    ),
    register(
        "LnkSta",
        0x12,
        2,
        field(3, 0, "Speed {},", _SPEEDS),
        field(9, 4, "Width x{}"),
        flags(10, "TrErr", "Train", "SlotClk", "DLActive", "BWMgmt", "ABWMgmt"),
    ),
)
_SECOND = (
    register(
        "DevCap2",
        0x24,
        4,
        lambda value: f"Completion Timeout: {_RANGES.get(value & 0xF, 'unknown')},",
        flags(4, "TimeoutDis"),
        flags(10, "NROPrPrP", "LTR"),
        flags(16, "10BitTagComp", "10BitTagReq"),
        field(19, 18, "OBFF {},", ("Not Supported", "Via message", "Via WAKE#", "Via both")),
        flags(20, "ExtFmt", "EETLPPrefix"),
        flags(31, "FRS"),
    ),
    register(
        "DevCtl2",
        0x28,
        2,
        lambda value: f"Completion Timeout: {_TIMEOUTS.get(value & 0xF, 'unknown')},",
        flags(4, "TimeoutDis"),
        flags(6, "AtomicOpsReq"),
        flags(8, "IDOReq", "IDOCompl", "LTR"),
    ),
    register("DevSta2", 0x2A, 2, told=True),
    register(
        "LnkCap2",
        0x2C,
        4,
        lambda value: f"Supported Link Speeds: {_supported(value)},",
        flags(8, "Crosslink"),
    ),
    register(
        "LnkCtl2",
        0x30,
        2,
        field(3, 0, "Target Link Speed: {},", _SPEEDS),
        flags(4, "EnterCompliance", "SpeedDis"),
    ),
    register(
        "LnkSta2",
        0x32,
        2,
        field(0, 0, "Current De-emphasis Level: {},", ("-6dB", "-3.5dB")),
        flags(1, "EqualizationComplete"),
    ),
)


def express(space: Space, at: int) -> Described:
    """Describe type, device and link; of version 2, their second registers too."""
    value = space.number(at + 2, 2)
    version, number = value & 0xF, value >> 4 & 0xF
    kind = PCIE_TYPES.get(number, f"unknown type {number:#x}")
    has_link = kind != "Root Complex Integrated Endpoint"
    registers: list[Register] = [
        register("Flags", 2, 2, field(3, 0, "v{}"), field(13, 9, "IntMsgNum {}"), told=True),
        *_DEVICE,
        *(_LINK if has_link or version > 1 else ()),
        *(_SECOND if version > 1 else ()),
    ]
    size = registers[-1].offset + registers[-1].size
    text = f"Express (v{version}) {kind}, IntMsgNum {value >> 9 & 0x1F}"
    return Described(0x3C if version > 1 else size, text, registers)


def _supported(value: int) -> str:
    speeds = [speed for bit, speed in enumerate(_SPEEDS[1:], 1) if value >> bit & 1]
    return f"{speeds[0]}-{speeds[-1]}" if len(speeds) > 1 else "".join(speeds) or "none"
