"""A PCI function as its configuration space describes it, for whoever can read that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from muserlab.pci.fields import Space
from muserlab.pci.header import (
    CONTROL_REGISTER,
    HEADER_SIZE,
    STATUS_REGISTER,
    Bar,
    bars_of,
    header_item,
    rom_text,
)
from muserlab.pci.item import Capability, ConfigItem
from muserlab.pci.lists import extended_capabilities, standard_capabilities
from muserlab.pci.names import class_name

_PIN, _LINE = 0x3D, 0x3C
_CACHE_LINE, _LATENCY = 0x0C, 0x0D
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class PciFunction:
    """What a configuration space says. `header` has every register of it as its parts."""

    vendor: int
    device: int
    subsystem: tuple[int, int]
    class_code: int
    revision: int
    bars: tuple[Bar, ...]
    header: ConfigItem
    capabilities: tuple[Capability, ...]
    extended_capabilities: tuple[Capability, ...]
    summary: tuple[str, ...]
    """What lspci says of the header, a line an item, the title left out."""

    @property
    def title(self) -> str:
        """The function in one line: class and ids."""
        numbers = f"[{self.class_code >> 8:04x}]: Device {self.vendor:04x}:{self.device:04x}"
        return f"{class_name(self.class_code)} {numbers} (rev {self.revision:02x})"

    @property
    def items(self) -> tuple[ConfigItem, ...]:
        """The header, then every capability in the order of its list."""
        return self.header, *self.capabilities, *self.extended_capabilities

    def registers(self) -> Iterator[ConfigItem]:
        """Yield every register by itself, a capability's with its name before its own."""
        yield from self.header.parts
        for one in (*self.capabilities, *self.extended_capabilities):
            for part in one.parts:
                yield replace(part, name=f"{one.name} {part.name}")

    def lines(self) -> list[str]:
        """Return the description as `lspci -vv` gives it."""
        listed = (*self.capabilities, *self.extended_capabilities)
        told = [line for one in listed for line in one.lines(_INDENT)]
        return [self.title, *(_INDENT + line for line in self.summary), *told]


def decode_config(config: bytes, sizes: Mapping[str, int] | None = None) -> PciFunction:
    """Decode a type 0 configuration space of any length; what is missing reads as zero.

    `sizes` are those of the function's regions by name ("bar0", "rom"), which only who serves it
    knows. Without them, BARs that hold nothing are left out of the description.
    """
    sizes = {} if sizes is None else sizes
    space = Space(config.ljust(HEADER_SIZE, b"\0"))
    sized = (replace(bar, size=sizes.get(f"bar{bar.index}", 0)) for bar in bars_of(space))
    bars = tuple(sized)
    rom_size = sizes.get("rom", 0)
    return PciFunction(
        vendor=space.number(0x00, 2),
        device=space.number(0x02, 2),
        subsystem=(space.number(0x2C, 2), space.number(0x2E, 2)),
        class_code=space.number(0x09, 3),
        revision=space.number(0x08, 1),
        bars=bars,
        header=header_item(space, bars, rom_size),
        capabilities=tuple(standard_capabilities(space)),
        extended_capabilities=tuple(extended_capabilities(space)),
        summary=_summary(space, bars, rom_size),
    )


def _summary(space: Space, bars: tuple[Bar, ...], rom_size: int) -> tuple[str, ...]:
    lines = [
        f"Subsystem: Device {space.number(0x2C, 2):04x}:{space.number(0x2E, 2):04x}",
        str(CONTROL_REGISTER.item(space, 0)),
        str(STATUS_REGISTER.item(space, 0)),
        f"Latency: {space.number(_LATENCY, 1)}",
    ]
    if words := space.number(_CACHE_LINE, 1):
        lines[-1] += f", Cache Line Size: {4 * words} bytes"
    if pin := space.number(_PIN, 1):
        letter = "ABCD"[pin - 1] if pin <= len("ABCD") else "?"
        lines.append(f"Interrupt: pin {letter} routed to IRQ {space.number(_LINE, 1)}")
    lines += [f"Region {bar.index}: {bar}" for bar in bars if bar.there]
    if rom_size or space.number(0x30, 4):
        lines.append(f"Expansion ROM at {rom_text(space, rom_size)}")
    return tuple(lines)
