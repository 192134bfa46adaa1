"""What a device is made of, worked out from what a person wrote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from muserlab.device.config import (
    MSI,
    MSIX,
    BarShape,
    Capability,
    DeviceSerialNumber,
    PCIExpress,
    PowerManagement,
)
from muserlab.device.definition import BarDefinition, Definition
from muserlab.device.errors import DefinitionError
from muserlab.device.region import BAR, ROM, VGA, Bank, DeviceRegion, memory_bar, rom_class

BARS = 6
_LEAST_MSIX_BAR = 4096
_ONCE = (PowerManagement, MSI, MSIX, PCIExpress, DeviceSerialNumber)

B = TypeVar("B", bound=Bank)


@dataclass(frozen=True, slots=True)
class Plan:
    """The classes of regions, the capabilities in order, and where the MSI-X structures lie."""

    bars: tuple[type[BAR] | None, ...]
    rom: type[ROM] | None
    vga: type[VGA] | None
    specific: tuple[type[DeviceRegion], ...]
    capabilities: tuple[Capability, ...]

    @property
    def shapes(self) -> list[BarShape | None]:
        """What configuration space has to know of the BARs."""
        return [None if bar is None else bar.shape for bar in self.bars]

    @property
    def msix(self) -> MSIX | None:
        """The MSI-X capability, whose BAR is known."""
        return next((one for one in self.capabilities if isinstance(one, MSIX)), None)


def plan(definition: Definition) -> Plan:
    """Fill in what was left open; raises DefinitionError where something cannot be."""
    name, msi, msix = definition.name, definition.msi, definition.msix
    classes = [_bar_class(name, i, bar) for i, bar in enumerate(definition.bars)]
    everything = list(definition.capabilities)
    if msi:
        everything.append(MSI(msi) if isinstance(msi, int) else msi)
    if msix:
        everything.append(MSIX(msix) if isinstance(msix, int) else msix)
    if definition.express and not any(isinstance(one, PCIExpress) for one in everything):
        everything.append(PCIExpress())
    _check_single(name, everything)
    placed = [_placed(name, one, classes) if isinstance(one, MSIX) else one for one in everything]
    vga = definition.vga
    return Plan(
        bars=tuple(classes),
        rom=_rom_class(name, definition.rom),
        vga=None if vga is None else _checked(name, "vga", vga, VGA),
        specific=tuple(_checked(name, "regions", one, DeviceRegion) for one in definition.regions),
        capabilities=tuple(placed),
    )


def _check_single(device: str, capabilities: Sequence[Capability]) -> None:
    for kind in _ONCE:
        if sum(isinstance(one, kind) for one in capabilities) > 1:
            raise DefinitionError(f"{device} has more than one {kind.__name__} capability")


def _bar_class(device: str, number: int, bar: BarDefinition) -> type[BAR] | None:
    if bar is None:
        return None
    if isinstance(bar, int):
        return memory_bar(bar)
    return _checked(device, f"bar{number}", bar, BAR, ", or a size in bytes")


def _rom_class(device: str, rom: bytes | int | type[ROM] | None) -> type[ROM] | None:
    if rom is None:
        return None
    if isinstance(rom, bytes | int):
        rom = rom_class(rom)
    return _checked(device, "rom", rom, ROM, ", its bytes, or its size")


def _checked(device: str, what: str, given: object, base: type[B], or_else: str = "") -> type[B]:
    """Return what was given if it is a class of such regions that can be made."""
    if not (isinstance(given, type) and issubclass(given, base)):
        raise DefinitionError(
            f"{device}: {what}={given!r} is no {base.__name__}; give a subclass of"
            f" {base.__name__}{or_else}"
        )
    if not given.size:
        raise DefinitionError(f"{device}: {what}: {given.__name__} has no size; say size=BYTES")
    return given


def _placed(device: str, msix: MSIX, bars: list[type[BAR] | None]) -> MSIX:
    """Return where MSI-X lies, and make the BARs for it that are not defined."""
    if msix.bar is None:
        msix = replace(msix, bar=_last_free(device, bars))
    (bar, table), (pba_bar, pba) = msix.table_place, msix.pba_place
    ends = {bar: table + msix.table_size}
    ends[pba_bar] = max(ends.get(pba_bar, 0), pba + msix.pba_size)
    for number, end in ends.items():
        if bars[number] is None:
            bars[number] = memory_bar(max(_LEAST_MSIX_BAR, 1 << (end - 1).bit_length()))
    return msix


def _last_free(device: str, bars: Sequence[type[BAR] | None]) -> int:
    for number in reversed(range(BARS)):
        before = bars[number - 1] if number else None
        upper_half = before is not None and before.shape is not None and before.shape.bits == 64
        if bars[number] is None and not upper_half:
            return number
    raise DefinitionError(
        f"{device}: no BAR is free for MSI-X; place it in one: MSIX(COUNT, bar=…, table=OFFSET)"
    )
