"""Whose traces a view shows."""

from collections.abc import Callable, Mapping

import muserlab as ml
from muserlab.lab import current


class Sources:
    """The traces of a view as devices come and go; when all have gone, those that there were."""

    def __init__(self, view: ml.TraceView, title: str) -> None:
        self._view = view
        self._title = title
        self._was_served = False
        self.traces: Mapping[str, ml.Trace] = {}
        self.devices: Mapping[str, ml.PCIDevice] = {}
        """The devices that are served now, by the names of their traces."""
        self.look()

    def look(self) -> None:
        """See which devices there are now."""
        self.traces = self._view.traces or self.traces
        served = {device.trace: device for device in current().devices.values()}
        self.devices = {n: served[trace] for n, trace in self.traces.items() if trace in served}
        self._was_served = self._was_served or bool(self.devices)

    def post(self, work: Callable[[], None]) -> None:
        """Do work: nothing here changes a device."""
        work()

    @property
    def live(self) -> bool:
        """Whether anything may happen, so that looking must not take long at a time."""
        return current().running

    @property
    def stopped(self) -> str:
        """Why nothing happens any more; empty where something may."""
        if self.devices or not self._was_served:
            return ""
        return "not served any more: ml.serve() the device to go on"

    @property
    def title(self) -> str:
        """Whose traces they are, as far as that is known."""
        if self._title:
            return self._title
        names = [device.name for device in self.devices.values()] or [*filter(None, self.traces)]
        return ", ".join(names) or "trace"
