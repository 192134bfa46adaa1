"""What a device and its parts look like in a notebook.

The panel has a tab for each aspect of a device. The tabs are always the same ones: a view follows
its device, and says so where a new definition has nothing for it to show.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

import muserlab as ml

from .config import ConfigView
from .dmamap import DmaMap
from .following import Following
from .hooks import HooksView
from .interrupts import InterruptsView
from .live import Live, Shown
from .memory import Memory, all_spaces, guest_memory, same_as
from .registers import RegistersView
from .stack import Tabbed, stacked
from .summary import Summary
from .trace import TraceWidget


def device_panel(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return everything of a device, a tab for each aspect."""
    following = Following(device)
    tabs = {title: views(following) for title, views in ASPECTS.items()}
    return Tabbed(Summary(following), tabs)


def _registers(following: Following) -> list[Live]:
    return [RegistersView(following)]


def _memory(following: Following) -> list[Live]:
    return [Memory(following, all_spaces)]


def _interrupts(following: Following) -> list[Live]:
    return [InterruptsView(following)]


def _config(following: Following) -> list[Live]:
    return [ConfigView(following)]


def _dma(following: Following) -> list[Live]:
    memory = Memory(following, guest_memory)
    return [DmaMap(following, memory), memory]


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
    if not isinstance(region, ml.Bank) or not region.registers:
        return Memory(following, same_as(region.memory))
    parts: list[Live] = [RegistersView(following, region.index)]
    memories = region.memories()
    if memories:
        parts.append(Memory(following, same_as(region.memory), memories[0].offset))
    return stacked(parts)


def config_view(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return what configuration space says, and its bytes."""
    return ConfigView(Following(device))


def dma_view(device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return the map of a device's DMA regions, and a hex view of the memory in them."""
    return stacked(_dma(Following(device)))


def memory_view(space: ml.AddressSpace, device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a hex view of an address space."""
    return Memory(Following(device), same_as(space))


def registers_view(registers: ml.Registers, device: ml.PCIDevice) -> ipywidgets.DOMWidget:
    """Return a table of a region's registers."""
    return RegistersView(Following(device), registers.bank.index)


def interrupts_view(device: ml.PCIDevice, only: str = "") -> ipywidgets.DOMWidget:
    """Return a table of every interrupt vector, or of those of one type."""
    return InterruptsView(Following(device), only)
