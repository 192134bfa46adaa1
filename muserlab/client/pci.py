"""A PCI function's configuration space, decoded as lspci shows it. Bytes in, description out.

Whatever the bytes say, decoding ends: capability lists that run in circles or out of the space are
cut there (PCI Local Bus 3.0, 6.1 and 6.7; PCI Express 5.0, 7.6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muserlab.client.names import format_size
from muserlab.client.pci_caps import details_of
from muserlab.client.pci_names import (
    CAPABILITIES,
    COMMAND_BITS,
    EXTENDED_CAPABILITIES,
    STATUS_BITS,
    class_name,
)

_HEADER_SIZE = 0x40
_EXTENDED_START = 0x100
_STATUS_HAS_CAPABILITIES = 1 << 4
_BARS = range(0x10, 0x28, 4)
_SERIAL_NUMBER = 0x0003
_SUBSYSTEM, _ROM, _CAPABILITIES, _INTERRUPT = 0x2C, 0x30, 0x34, 0x3C


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability: where it is, its number, what it is called and what it says."""

    offset: int
    id: int
    name: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([f"[{self.offset:02x}] {self.name}", *self.details])


@dataclass(frozen=True, slots=True)
class Bar:
    """One base address register as it stands: its address may not have been set yet."""

    index: int
    address: int
    io: bool = False
    bits: int = 32
    prefetchable: bool = False

    def __str__(self) -> str:
        if self.io:
            return f"I/O ports at {self.address:04x}"
        prefetch = "prefetchable" if self.prefetchable else "non-prefetchable"
        return f"Memory at {self.address:0{self.bits // 4}x} ({self.bits}-bit, {prefetch})"


@dataclass(frozen=True, slots=True)
class PciFunction:
    """What a configuration space says; `interrupt_pin` 0 is none, 1 is A."""

    vendor: int
    device: int
    subsystem: tuple[int, int]
    class_code: int
    revision: int
    command: int
    status: int
    bars: tuple[Bar, ...]
    rom: int
    interrupt_pin: int
    interrupt_line: int
    capabilities: tuple[Capability, ...]
    extended_capabilities: tuple[Capability, ...]

    @property
    def title(self) -> str:
        """The function in one line: class and ids."""
        numbers = f"[{self.class_code >> 8:04x}]: {self.vendor:04x}:{self.device:04x}"
        return f"{class_name(self.class_code)} {numbers} (rev {self.revision:02x})"

    def lines(self, sizes: Mapping[str, int]) -> list[str]:
        """Return the description, a line an item; `sizes` are those of regions, by name."""
        lines = [
            self.title,
            "  Subsystem: {:04x}:{:04x}".format(*self.subsystem),
            f"  Control: {_bits(self.command, COMMAND_BITS)}",
            f"  Status: {_bits(self.status, STATUS_BITS)}",
        ]
        if self.interrupt_pin:
            pin = "?ABCD"[self.interrupt_pin] if self.interrupt_pin <= len("ABCD") else "?"
            lines.append(f"  Interrupt: pin {pin} routed to IRQ {self.interrupt_line}")
        lines += [
            f"  Region {bar.index}: {bar} [size={format_size(size)}]"
            for bar in self.bars
            if (size := sizes.get(f"bar{bar.index}", 0))
        ]
        if size := sizes.get("rom", 0):
            state = "" if self.rom & 1 else " [disabled]"
            address = self.rom & ~0x7FF
            lines.append(f"  Expansion ROM at {address:08x}{state} [size={format_size(size)}]")
        listed = (*self.capabilities, *self.extended_capabilities)
        return lines + [f"  Capabilities: {capability}" for capability in listed]


def decode_config(config: bytes) -> PciFunction:
    """Decode a type 0 configuration space of any length; what is missing reads as zero."""
    space = config.ljust(_HEADER_SIZE, b"\0")
    return PciFunction(
        vendor=_u16(space, 0x00),
        device=_u16(space, 0x02),
        subsystem=(_u16(space, _SUBSYSTEM), _u16(space, _SUBSYSTEM + 2)),
        class_code=_u32(space, 0x08) >> 8,
        revision=space[0x08],
        command=_u16(space, 0x04),
        status=_u16(space, 0x06),
        bars=tuple(_decode_bars(space)),
        rom=_u32(space, _ROM),
        interrupt_pin=space[_INTERRUPT + 1],
        interrupt_line=space[_INTERRUPT],
        capabilities=tuple(_walk(space)),
        extended_capabilities=tuple(_walk_extended(space)),
    )


def _decode_bars(space: bytes) -> Iterator[Bar]:
    offsets = iter(_BARS)
    for offset in offsets:
        index = (offset - _BARS.start) // 4
        value = _u32(space, offset)
        if value & 1:
            yield Bar(index, value & ~0x3, io=True)
            continue
        wide = value & 0x6 == 0x4 and offset + 4 in _BARS
        if wide:
            value |= _u32(space, next(offsets)) << 32
        yield Bar(index, value & ~0xF, bits=64 if wide else 32, prefetchable=bool(value & 0x8))


def _walk(space: bytes) -> Iterator[Capability]:
    at = space[_CAPABILITIES] & ~0x3 if _u16(space, 0x06) & _STATUS_HAS_CAPABILITIES else 0
    seen: set[int] = set()
    while at >= _HEADER_SIZE and at + 2 <= len(space) and at not in seen:
        seen.add(at)
        number = space[at]
        name = CAPABILITIES.get(number, f"Capability {number:#04x}")
        yield Capability(at, number, name, details_of(number, space[at:_EXTENDED_START]))
        at = space[at + 1] & ~0x3


def _walk_extended(space: bytes) -> Iterator[Capability]:
    at = _EXTENDED_START
    seen: set[int] = set()
    while at >= _EXTENDED_START and at + 4 <= len(space) and at not in seen:
        seen.add(at)
        header = _u32(space, at)
        if header in {0, 0xFFFF_FFFF}:
            return
        number = header & 0xFFFF
        name = EXTENDED_CAPABILITIES.get(number, f"Extended Capability {number:#06x}")
        details = _serial_number(space, at) if number == _SERIAL_NUMBER else ()
        yield Capability(at, number, name, details)
        at = header >> 20 & ~0x3


def _serial_number(space: bytes, at: int) -> tuple[str, ...]:
    return ("-".join(f"{byte:02x}" for byte in reversed(space[at + 4 : at + 12])),)


def _bits(value: int, names: Mapping[int, str]) -> str:
    return " ".join(f"{name}{'+' if value >> bit & 1 else '-'}" for bit, name in names.items())


def _u16(space: bytes, offset: int) -> int:
    return int.from_bytes(space[offset : offset + 2], "little")


def _u32(space: bytes, offset: int) -> int:
    return int.from_bytes(space[offset : offset + 4], "little")
