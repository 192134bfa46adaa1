"""What a device and its parts look like in a notebook.

The panel has a tab for each aspect of a device. The tabs are always the same ones: a view follows
its device, and says so where a new definition has nothing for it to show.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

import muserlab as ml

from .dma import DmaRegions
from .events import TraceEvents
from .following import Following
from .hooks import HooksView
from .interrupts import InterruptsView
from .live import Live
from .memory import Memory
from .registers import RegistersView
from .summary import Summary
from .table import Table


def device_panel(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return everything of a device, a tab for each aspect."""
    following = Following(device)
    tabs = {title: stacked(parts(following)) for title, parts in ASPECTS.items()}
    summary = Summary(following)
    panel = Stack([summary, ipywidgets.Tab(list(tabs.values()), titles=list(tabs))], [summary])
    panel.add_class("muser-panel")
    return panel


def _registers(following: Following) -> list[Live]:
    return [RegistersView(following)]


def _memory(following: Following) -> list[Live]:
    banks = (region for region in following.device.present if isinstance(region, ml.Bank))
    return [Memory(following, bank.index, bank.name, _places(bank)) for bank in banks]


def _interrupts(following: Following) -> list[Live]:
    return [InterruptsView(following)]


def _config(following: Following) -> list[Live]:
    config = following.device.config
    return [Memory(following, config.index, config.name, _places(config))]


def _dma(following: Following) -> list[Live]:
    return [Table(DmaRegions(following), following)]


def _trace(following: Following) -> list[Live]:
    return [Table(TraceEvents(following), following)]


def _hooks(following: Following) -> list[Live]:
    return [HooksView(following)]


ASPECTS: Mapping[str, Callable[[Following], Sequence[Live]]] = {
    "registers": _registers,
    "memory": _memory,
    "interrupts": _interrupts,
    "config": _config,
    "DMA": _dma,
    "trace": _trace,
    "hooks": _hooks,
}
"""The tabs of a panel by title, and what makes the views that are below each other in one."""


# -- shown alone -----------------------------------------------------------------------------------


def region_view(region: ml.Region, device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a table of a region's registers, a hex view of its memory, or both."""
    following = Following(device)
    places = _places(region)
    parts: list[Live] = []
    if isinstance(region, ml.Bank) and region.registers:
        parts.append(RegistersView(following, region.index))
    if places or not parts:
        parts.append(Memory(following, region.index, region.name, places))
    return stacked(parts)


def registers_view(registers: ml.Registers, device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a table of a region's registers."""
    return RegistersView(Following(device), registers.bank.index)


def interrupts_view(device: ml.PCIDevice, only: str = "") -> ipywidgets.DOMWidget:
    """Return a table of every interrupt vector, or of those of one type."""
    return InterruptsView(Following(device), only)


def trace_view(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a table of a device's last events."""
    following = Following(device)
    return Table(TraceEvents(following), following)


def _places(region: ml.Region) -> dict[str, int]:
    """Return what in a region has a name and no row of its own, with the offset."""
    if isinstance(region, ml.Bank):
        return {memory.name: memory.offset for memory in region.memories()}
    if isinstance(region, ml.ConfigRegion):
        capabilities = {type(one.definition).__name__: one.offset for one in region.capabilities}
        return {"header": 0, **capabilities}
    return {}


# -- composing -------------------------------------------------------------------------------------


def stacked(parts: Sequence[Live]) -> ipywidgets.DOMWidget:
    """Return views below each other; a single one is itself."""
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
