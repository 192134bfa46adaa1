"""A lab as a table of what it serves, live."""

from collections.abc import Mapping
from typing import Any

from muserlab.lab import Lab

from ..status import Status
from .following import FollowingLab
from .live import Picture, Shown, static
from .rates import RateHistory
from .summary import facts


class Overview(Shown):
    """Every device of a lab in a line, what clients wait for, and the last errors."""

    _esm = static("watching.js", "spark.js", "overview.js")
    _css = static("common.css", "spark.css", "overview.css")

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._histories: dict[str, RateHistory] = {}
        super().__init__(FollowingLab(lab))

    def refresh(self) -> None:
        """Take a sample of every device's rate."""
        devices = self._lab.devices
        self._histories = {name: self._histories.get(name, RateHistory()) for name in devices}
        for name, device in devices.items():
            self._histories[name].look(device.trace)

    def picture(self, _wants: Mapping[str, Any], /) -> Picture:
        """Return the facts of every device, and what waits."""
        shows: Picture = {
            f"device {name}": facts(device, True, self._histories[name])
            for name, device in self._lab.devices.items()
            if name in self._histories
        }
        return {**shows, "waits": list(self._lab.waits)}

    def still(self) -> tuple[str, str]:
        """Return the lab's status as it is now."""
        status = Status(self._lab)
        return repr(status), status.html()
