"""What the common PCI capabilities say, in a few words each."""

from collections.abc import Callable

from muserlab.client.pci_names import PCIE_TYPES

_ENOUGH = 0x40


def details_of(number: int, body: bytes) -> tuple[str, ...]:
    """Describe a capability from its first byte on; nothing for one that is not known here."""
    describe = _DESCRIBE.get(number)
    return () if describe is None else describe(body.ljust(_ENOUGH, b"\0"))


def _power_management(body: bytes) -> tuple[str, ...]:
    """Describe version and power state (PCI Power Management 1.2, 3.2)."""
    return f"version {body[2] & 7}", f"Status: D{body[4] & 3}"


def _msi(body: bytes) -> tuple[str, ...]:
    """Describe Message Control, address and data (PCI Local Bus 3.0, 6.8.1)."""
    control = _u16(body, 2)
    wide = bool(control & 0x80)
    address = _u32(body, 4) | (_u32(body, 8) << 32 if wide else 0)
    data = _u16(body, 12 if wide else 8)
    return (
        f"Enable{_sign(control & 1)}",
        f"Count={1 << (control >> 4 & 7)}/{1 << (control >> 1 & 7)}",
        f"Maskable{_sign(control & 0x100)}",
        f"64bit{_sign(wide)}",
        f"Address: {address:0{16 if wide else 8}x} Data: {data:04x}",
    )


def _msix(body: bytes) -> tuple[str, ...]:
    """Describe Message Control, table and pending bits (PCI Local Bus 3.0, 6.8.2)."""
    control, table, pending = _u16(body, 2), _u32(body, 4), _u32(body, 8)
    return (
        f"Enable{_sign(control & 0x8000)}",
        f"Count={(control & 0x7FF) + 1}",
        f"Masked{_sign(control & 0x4000)}",
        f"Table: BAR{table & 7}+{table & ~7:#x}",
        f"PBA: BAR{pending & 7}+{pending & ~7:#x}",
    )


def _vendor_specific(body: bytes) -> tuple[str, ...]:
    length = body[2]
    return (f"Len={length:02x}", body[3:length].hex(" ")) if length > 3 else (f"Len={length:02x}",)


def _express(body: bytes) -> tuple[str, ...]:
    """Describe type, and function-level reset (PCI Express 5.0, 7.5.3)."""
    flags = _u16(body, 2)
    kind = PCIE_TYPES.get(flags >> 4 & 0xF, "unknown type")
    return f"(v{flags & 0xF}) {kind}", f"FLReset{_sign(_u32(body, 4) & 1 << 28)}"


def _sign(bit: int) -> str:
    return "+" if bit else "-"


def _u16(body: bytes, offset: int) -> int:
    return int.from_bytes(body[offset : offset + 2], "little")


def _u32(body: bytes, offset: int) -> int:
    return int.from_bytes(body[offset : offset + 4], "little")


_DESCRIBE: dict[int, Callable[[bytes], tuple[str, ...]]] = {
    0x01: _power_management,
    0x05: _msi,
    0x09: _vendor_specific,
    0x10: _express,
    0x11: _msix,
}
