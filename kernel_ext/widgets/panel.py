"""What a device and its parts look like in a notebook."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

import muserlab as ml

from .dma import DmaRegions
from .events import TraceEvents
from .following import Following
from .headline import Headline
from .interrupts import Interrupts
from .live import Live
from .memory import Memory
from .registers import Registers
from .table import Table


def device_panel(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return everything of a device, a tab for each aspect."""
    following = Following(device)
    banks = [region for region in device.present if isinstance(region, ml.Bank)]
    tabs = {bank.name: _stacked(_region_parts(bank, following)) for bank in banks}
    tabs["interrupts"] = Table(Interrupts(following), following)
    tabs["trace"] = Table(TraceEvents(following), following)
    tabs["DMA"] = Table(DmaRegions(following), following)
    tabs["config"] = _stacked(_region_parts(device.config, following))
    headline = Headline(following)
    return Stack([headline, ipywidgets.Tab(list(tabs.values()), titles=list(tabs))], [headline])


def region_view(region: ml.Region, device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a table of a region's registers, a hex view of its memory, or both."""
    return _stacked(_region_parts(region, Following(device)))


def interrupts_view(irq: ml.IrqType[Any], device: ml.PCIDevice) -> Table:
    """Return a table of the vectors of one interrupt type."""
    following = Following(device)
    return Table(Interrupts(following, only=irq.name), following)


def trace_view(device: ml.PCIDevice) -> Table:
    """Return a table of a device's last events."""
    following = Following(device)
    return Table(TraceEvents(following), following)


def _region_parts(region: ml.Region, following: Following) -> list[Live]:
    registers = isinstance(region, ml.Bank) and bool(region.registers)
    places = _places(region)
    parts: list[Live] = []
    if isinstance(region, ml.Bank) and registers:
        parts.append(Table(Registers(following, region), following))
    if places or not registers:
        parts.append(Memory(following, region.index, region.name, places))
    return parts


def _places(region: ml.Region) -> dict[str, int]:
    """Return what in a region has a name and no row of its own, with the offset."""
    if isinstance(region, ml.Bank):
        return {memory.name: memory.offset for memory in region.memories()}
    if isinstance(region, ml.ConfigRegion):
        capabilities = {type(one.definition).__name__: one.offset for one in region.capabilities}
        return {"header": 0, **capabilities}
    return {}


def _stacked(parts: list[Live]) -> ipywidgets.DOMWidget:
    return parts[0] if len(parts) == 1 else Stack(parts, parts)


class Stack(ipywidgets.VBox):
    """Widgets below each other, and what stands for them where no widget can run."""

    def __init__(self, children: Sequence[ipywidgets.DOMWidget], shown: Sequence[Live]) -> None:
        super().__init__(children)
        self._shown = shown

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        stills = [one.still() for one in self._shown]
        return {
            **(super()._repr_mimebundle_(**kwargs) or {}),
            "text/plain": "\n\n".join(plain for plain, _ in stills),
            "text/html": "".join(html for _, html in stills),
        }
