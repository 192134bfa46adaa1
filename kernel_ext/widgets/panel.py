"""What a device, its parts and its trace look like in a notebook."""

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

import muserlab as ml

from .dma import DmaRegions
from .events import TraceEvents
from .interrupts import Interrupts
from .live import Every, Task
from .memory import Memory
from .registers import Registers
from .table import Source, Table


def table(source: Source, device: Any) -> Table:
    """Return a live table of something of a device's."""
    return Table(source, every(device), ml.DeviceError)


def every(device: Any) -> Every:
    """Return the timer of whatever runs the device when it is asked: it may be served later."""

    def start(seconds: float, function: Callable[[], None]) -> Task:
        return device.host.every(seconds, function)

    return start


def hex_view(region: Any, device: Any) -> Memory:
    """Return a live hex view of a region's bytes."""
    return Memory(region.name, region.size, region.peek, every(device), ml.DeviceError)


def region_view(region: Any, device: Any) -> ipywidgets.DOMWidget:
    """Return a table of a region's registers, a hex view of its memory, or both."""
    if not region.registers:
        return hex_view(region, device)
    registers = table(Registers(region), device)
    if not region.memories:
        return registers
    return Column([registers, hex_view(region, device)])


def device_panel(device: Any) -> ipywidgets.DOMWidget:
    """Return everything of a device, a tab for each aspect."""
    regions = [region for region in device.regions if region is not None and region.size]
    banks = [region for region in regions if hasattr(region, "registers")]
    tabs = {region.name: region_view(region, device) for region in banks}
    tabs["config"] = hex_view(device.config, device)
    tabs["interrupts"] = table(Interrupts(device), device)
    tabs["DMA"] = table(DmaRegions(device), device)
    tabs["trace"] = table(TraceEvents(device.name, device.trace), device)
    return Tabs(device, tabs)


class Column(ipywidgets.VBox):
    """Widgets below each other, with the first one's still picture beside them."""

    def __init__(self, children: list[Any]) -> None:
        super().__init__(children)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widgets, and the first one's text where no widget can run."""
        data = dict(super()._repr_mimebundle_(**kwargs) or {})
        still, _ = self.children[0]._repr_mimebundle_(**kwargs)
        data.update({kind: still[kind] for kind in ("text/html", "text/plain")})
        return data


class Tabs(ipywidgets.Tab):
    """A device's panel."""

    def __init__(self, device: Any, tabs: dict[str, Any]) -> None:
        super().__init__(list(tabs.values()), titles=list(tabs))
        self._device = device

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the tabs, and the device's description where no widget can run."""
        data = dict(super()._repr_mimebundle_(**kwargs) or {})
        text = self._device.describe()
        return {**data, "text/plain": text, "text/html": f"<pre>{escape(text)}</pre>"}
