"""What the capabilities of the list that begins in the header say."""

from collections.abc import Callable

from muserlab.pci.described import Described
from muserlab.pci.express import express
from muserlab.pci.fields import Say, Space, field, flags, number, register

_POWER_MANAGEMENT = (
    register(
        "Flags",
        2,
        2,
        flags(3, "PMEClk"),
        flags(5, "DSI"),
        flags(9, "D1", "D2"),
        field(
            8,
            6,
            "AuxCurrent={}mA",
            ("0", "55", "100", "160", "220", "270", "320", "375"),
        ),
        lambda value: f"PME({flags(11, 'D0', 'D1', 'D2', 'D3hot', 'D3cold', comma=True)(value)})",
    ),
    register(
        "Status",
        4,
        2,
        field(1, 0, "D{}"),
        flags(3, "NoSoftRst"),
        flags(8, "PME-Enable"),
        field(12, 9, "DSel={}"),
        field(14, 13, "DScale={}"),
        flags(15, "PME"),
    ),
    register("Bridge", 6, 1, number(2), told=True),
    register("Data", 7, 1, number(2), told=True),
)


def _power_management(space: Space, at: int) -> Described:
    """PCI Bus Power Management 1.2, 3.2."""
    version = space.number(at + 2, 2) & 7
    return Described(8, f"Power Management version {version}", _POWER_MANAGEMENT)


def _msi(space: Space, at: int) -> Described:
    """PCI Local Bus 3.0, 6.8.1."""
    control = space.number(at + 2, 2)
    wide, masking = bool(control & 0x80), bool(control & 0x100)
    says: tuple[Say, ...] = (
        flags(0, "Enable"),
        lambda value: f"Count={1 << (value >> 4 & 7)}/{1 << (value >> 1 & 7)}",
        flags(8, "Maskable"),
        flags(7, "64bit"),
    )
    address, data = (8, 0x0C) if wide else (4, 0x08)
    registers = [
        register("Message Control", 2, 2, *says, told=True),
        register("Address", 4, address, number(2 * address)),
        register("Data", data, 2, number(4)),
    ]
    if masking:
        registers.append(register("Masking", data + 4, 4, number(8)))
        registers.append(register("Pending", data + 8, 4, number(8)))
    size = data + (12 if masking else 2)
    return Described(size, f"MSI: {' '.join(say(control) for say in says)}", registers)


def _msix(space: Space, at: int) -> Described:
    """PCI Local Bus 3.0, 6.8.2."""
    says = (flags(15, "Enable"), _table_size, flags(14, "Masked"))
    place = (field(2, 0, "BAR={}"), _table_offset)
    registers = (
        register("Message Control", 2, 2, *says, told=True),
        register("Vector table", 4, 4, *place),
        register("PBA", 8, 4, *place),
    )
    control = space.number(at + 2, 2)
    return Described(12, f"MSI-X: {' '.join(say(control) for say in says)}", registers)


def _table_size(value: int) -> str:
    return f"Count={(value & 0x7FF) + 1}"


def _table_offset(value: int) -> str:
    return f"offset={value & ~7:08x}"


def _vendor_specific(space: Space, at: int) -> Described:
    """PCI Local Bus 3.0, appendix H."""
    length = max(space.number(at + 2, 1), 3)
    data = space.bytes(at + 3, length - 3)
    registers = [register("Length", 2, 1, field(7, 0, "{}"), told=True)]
    if data:
        registers.append(register("Data", 3, len(data), lambda _value: data.hex(" ")))
    return Described(length, f"Vendor Specific Information: Len={length:02x}", registers)


def _vital_product_data(_space: Space, _at: int) -> Described:
    """PCI Local Bus 3.0, appendix I."""
    registers = (
        register("Address", 2, 2, field(14, 0, "{:#x}"), flags(15, "Transferred")),
        register("Data", 4, 4, number(8)),
    )
    return Described(8, "Vital Product Data", registers)


def _subsystem(space: Space, at: int) -> Described:
    """PCI-to-PCI Bridge 1.2, 3.2.5.13."""
    vendor, device = space.number(at + 4, 2), space.number(at + 6, 2)
    registers = (
        register("Vendor ID", 4, 2, number(4), told=True),
        register("ID", 6, 2, number(4), told=True),
    )
    return Described(8, f"Subsystem: Device {vendor:04x}:{device:04x}", registers)


def _advanced_features(_space: Space, _at: int) -> Described:
    """PCI SIG's ECN Conventional Advanced Capabilities."""
    registers = (
        register("Length", 2, 1, field(7, 0, "{}"), told=True),
        register("AFCap", 3, 1, flags(0, "TP", "FLR")),
        register("AFCtrl", 4, 1, flags(0, "FLR")),
        register("AFStatus", 5, 1, flags(0, "TP")),
    )
    return Described(6, "PCI Advanced Features", registers)


STANDARD: dict[int, Callable[[Space, int], Described]] = {
    0x01: _power_management,
    0x03: _vital_product_data,
    0x05: _msi,
    0x09: _vendor_specific,
    0x0D: _subsystem,
    0x10: express,
    0x11: _msix,
    0x13: _advanced_features,
}
"""What describes a capability that begins at an offset, by its number."""
