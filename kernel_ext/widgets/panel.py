"""What a device and its parts look like in a notebook.

The panel has a tab for each aspect of a device. The tabs are always the same ones: a view follows
its device, and says so where a new definition has nothing for it to show.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

import muserlab as ml

from .dma import DmaRegions
from .following import Following
from .hooks import HooksView
from .interrupts import InterruptsView
from .live import Live, Shown
from .memory import Memory
from .registers import RegistersView
from .stack import Tabbed, stacked
from .summary import Summary
from .table import Table
from .trace import TraceWidget


def device_panel(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return everything of a device, a tab for each aspect."""
    following = Following(device)
    tabs = {title: views(following) for title, views in ASPECTS.items()}
    return Tabbed(Summary(following), tabs)


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


def _trace(following: Following) -> list[Shown]:
    return [TraceWidget(following.device.trace.view(), following.device.name)]


def _hooks(following: Following) -> list[Live]:
    return [HooksView(following)]


ASPECTS: Mapping[str, Callable[[Following], Sequence[Shown]]] = {
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


def _places(region: ml.Region) -> dict[str, int]:
    """Return what in a region has a name and no row of its own, with the offset."""
    if isinstance(region, ml.Bank):
        return {memory.name: memory.offset for memory in region.memories()}
    if isinstance(region, ml.ConfigRegion):
        capabilities = {type(one.definition).__name__: one.offset for one in region.capabilities}
        return {"header": 0, **capabilities}
    return {}
