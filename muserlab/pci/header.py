"""The type 0 header (PCI Local Bus 3.0, 6.2), register by register."""

from collections.abc import Iterator
from dataclasses import dataclass

from muserlab.pci.fields import Space, field, flags, items, number, register
from muserlab.pci.item import ConfigItem
from muserlab.pci.names import class_name

HEADER_SIZE = 0x40
COMMAND, STATUS = 0x04, 0x06
CAPABILITIES = 0x34

_MEMORY, _IO = 1 << 1, 1 << 0
_BARS = range(0x10, 0x28, 4)
_ROM = 0x30
_PINS = ("none", "A", "B", "C", "D")
_UNITS = ((1 << 40, "T"), (1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K"))

CONTROL_REGISTER = register(
    "Control",
    COMMAND,
    2,
    flags(0, "I/O", "Mem", "BusMaster", "SpecCycle", "MemWINV", "VGASnoop", "ParErr", "Stepping"),
    flags(8, "SERR", "FastB2B", "DisINTx"),
)
STATUS_REGISTER = register(
    "Status",
    STATUS,
    2,
    flags(4, "Cap", "66MHz", "UDF", "FastB2B", "ParErr"),
    field(10, 9, "DEVSEL={}", ("fast", "medium", "slow", "??")),
    flags(11, ">TAbort", "<TAbort", "<MAbort", ">SERR", "<PERR"),
    flags(3, "INTx"),
)
_BEFORE_BARS = (
    register("Vendor ID", 0x00, 2, number(4)),
    register("Device ID", 0x02, 2, number(4)),
    CONTROL_REGISTER,
    STATUS_REGISTER,
    register("Revision ID", 0x08, 1, number(2)),
    register("Class Code", 0x09, 3, lambda code: f"{class_name(code)} [{code:06x}]"),
    register("Cache Line Size", 0x0C, 1, lambda words: f"{4 * words} bytes"),
    register("Latency Timer", 0x0D, 1, field(7, 0, "{} clocks")),
    register("Header Type", 0x0E, 1, field(6, 0, "type {}"), flags(7, "MultiFunction")),
    register("BIST", 0x0F, 1, flags(7, "Capable"), flags(6, "Start"), field(3, 0, "code {}")),
)
_AFTER_BARS = (
    register("CardBus CIS Pointer", 0x28, 4, number(8)),
    register("Subsystem Vendor ID", 0x2C, 2, number(4)),
    register("Subsystem ID", 0x2E, 2, number(4)),
)
_AT_THE_END = (
    register("Capabilities Pointer", CAPABILITIES, 1, number(2)),
    register("Interrupt Line", 0x3C, 1, field(7, 0, "IRQ {}")),
    register("Interrupt Pin", 0x3D, 1, field(7, 0, "{}", _PINS)),
    register("Min_Gnt", 0x3E, 1, field(7, 0, "{} × 250 ns")),
    register("Max_Lat", 0x3F, 1, field(7, 0, "{} × 250 ns")),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A base address register as it stands: address 0 has not been set. `size` 0 is not known."""

    index: int
    address: int
    io: bool = False
    bits: int = 32
    prefetchable: bool = False
    enabled: bool = True
    size: int = 0

    @property
    def there(self) -> bool:
        """Whether there seems to be one: unset registers look the same as ones that are none."""
        return bool(self.size or self.address or self.io)

    def __str__(self) -> str:
        if not self.there:
            return "none"
        digits = 4 if self.io else self.bits // 4
        where = f"{self.address:0{digits}x}" if self.address else "<unassigned>"
        text = f"I/O ports at {where}" if self.io else f"Memory at {where} ({self._kind})"
        return text + ("" if self.enabled else " [disabled]") + size_note(self.size)

    @property
    def _kind(self) -> str:
        prefetch = "prefetchable" if self.prefetchable else "non-prefetchable"
        return f"{self.bits}-bit, {prefetch}"


def size_note(size: int) -> str:
    """Return a size as lspci notes it, where it is known: ` [size=4K]`."""
    if not size:
        return ""
    for unit, letter in _UNITS:
        if size % unit == 0:
            return f" [size={size // unit}{letter}]"
    return f" [size={size}]"


def bars_of(space: Space) -> Iterator[Bar]:
    """Decode the base address registers; the second half of a 64-bit one is none of its own."""
    command = space.number(COMMAND, 2)
    offsets = iter(_BARS)
    for offset in offsets:
        index = (offset - _BARS.start) // 4
        value = space.number(offset, 4)
        if value & 1:
            yield Bar(index, value & ~0x3, io=True, enabled=bool(command & _IO))
            continue
        wide = value & 0x6 == 0x4 and offset + 4 in _BARS
        if wide:
            value |= space.number(next(offsets), 4) << 32
        bits, prefetchable = 64 if wide else 32, bool(value & 0x8)
        enabled = bool(command & _MEMORY)
        yield Bar(index, value & ~0xF, False, bits, prefetchable, enabled)


def rom_text(space: Space, size: int = 0) -> str:
    """Tell of the expansion ROM."""
    value = space.number(_ROM, 4)
    where = f"{value & ~0x7FF:08x}" if value & ~0x7FF else "<unassigned>"
    return f"{where}{'' if value & 1 else ' [disabled]'}{size_note(size)}"


def header_item(space: Space, bars: tuple[Bar, ...], rom_size: int) -> ConfigItem:
    """Return the header and, as its parts, all of its registers."""
    regions = tuple(
        ConfigItem(_BARS.start + 4 * bar.index, bar.bits // 8, f"Region {bar.index}", str(bar))
        for bar in bars
    )
    rom = ConfigItem(_ROM, 4, "Expansion ROM", rom_text(space, rom_size))
    before, after = items(space, 0, _BEFORE_BARS), items(space, 0, _AFTER_BARS)
    parts = (*before, *regions, *after, rom, *items(space, 0, _AT_THE_END))
    return ConfigItem(0, HEADER_SIZE, "Header", "", parts)
