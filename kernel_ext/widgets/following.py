"""Which device a view shows, when devices are served, redefined and served again."""

from collections.abc import Callable
from typing import Protocol

import muserlab as ml
from muserlab.lab import Lab, current


class Followed(Protocol):
    """What a view is about, which may change and stop while it is seen."""

    @property
    def stopped(self) -> str:
        """Why nothing happens to it any more; empty where something may."""
        ...

    def look(self) -> None:
        """See what it is now."""
        ...

    def post(self, work: Callable[[], None]) -> None:
        """Have work, which must not raise, done on its thread; never wait for it."""
        ...


class Following:
    """The device that a view is about.

    Once that was served, it is whichever device is served under its name: a new definition takes
    over the view as it takes over the client. Until then it is the one that was given.
    """

    def __init__(self, device: ml.PCIDevice) -> None:
        self.device = device
        self.served = False
        self._was_served = False
        self.look()

    def look(self) -> None:
        """See who is served under the name now."""
        served = current().devices.get(self.device.name)
        if served is not None and self._was_served:
            self.device = served
        self.served = served is self.device
        self._was_served = self._was_served or self.served

    def region(self, index: int) -> ml.Region | None:
        """Return the region with that VFIO index, if the device has it."""
        regions = self.device.regions
        return regions[index] if index < len(regions) else None

    def post(self, work: Callable[[], None]) -> None:
        """Have work, which must not raise, done on the device's thread; never wait for it."""
        self.device.host.post(work)

    @property
    def stopped(self) -> str:
        """Why nothing happens to the device any more; empty where something may."""
        if self.served or not self._was_served:
            return ""
        return f"{self.device.name} is not served any more: ml.serve() it to go on"

    def note(self) -> str:
        """Return what a caption has to add."""
        return "" if self.served else ", not served"


class FollowingLab:
    """The lab that a view is about."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    @property
    def stopped(self) -> str:
        """Why nothing happens any more; empty where something may."""
        return "" if self._lab.running else "nothing is served; ml.serve(device) serves one"

    def look(self) -> None:
        """Do nothing: a lab stays the same."""

    def post(self, work: Callable[[], None]) -> None:
        """Do work: what changes a lab waits for its own thread by itself."""
        work()
