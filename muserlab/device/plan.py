"""What a device is made of, worked out from what a person wrote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from muserlab.device.config import MSI, MSIX, BarShape, Capability, PCIExpress
from muserlab.device.errors import DefinitionError
from muserlab.device.region import BAR, memory_bar

BARS = 6
_LEAST_MSIX_BAR = 4096

BarDefinition = type[BAR] | int | None
"""A class, the size of a BAR that is memory, or None where there is no BAR."""


@dataclass(frozen=True, slots=True)
class Plan:
    """BAR classes by number, the capabilities in order, and where the MSI-X structures lie."""

    bars: tuple[type[BAR] | None, ...]
    capabilities: tuple[Capability, ...]
    msix: MSIX | None

    @property
    def shapes(self) -> list[BarShape | None]:
        """What configuration space has to know of the BARs."""
        return [None if bar is None else bar.shape for bar in self.bars]


def plan(
    name: str,
    bars: Sequence[BarDefinition],
    *,
    express: bool,
    msi: int | MSI,
    msix: int | MSIX,
    capabilities: Sequence[Capability],
) -> Plan:
    """Fill in what was left open; raises DefinitionError where something cannot be."""
    classes = [_bar_class(name, i, bar) for i, bar in enumerate(bars)]
    everything = list(capabilities)
    if msi:
        everything.append(MSI(msi) if isinstance(msi, int) else msi)
    table = None
    if msix:
        table = _placed(name, MSIX(msix) if isinstance(msix, int) else msix, classes)
        everything.append(table)
    if express and not any(isinstance(one, PCIExpress) for one in capabilities):
        everything.append(PCIExpress())
    return Plan(tuple(classes), tuple(everything), table)


def _bar_class(device: str, number: int, bar: object) -> type[BAR] | None:
    if bar is None:
        return None
    if isinstance(bar, int):
        return memory_bar(bar)
    if not (isinstance(bar, type) and issubclass(bar, BAR)):
        raise DefinitionError(
            f"{device}: bar{number}={bar!r} is no BAR; give a subclass of BAR, or a size in bytes"
        )
    if bar.shape is None:
        raise DefinitionError(f"{device}: bar{number}: {bar.__name__} has no size; say size=BYTES")
    return bar


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
