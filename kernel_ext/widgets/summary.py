"""What is above a device's tabs, and one of the lines of a lab: who uses it, and how busy it is."""

from collections.abc import Mapping
from typing import Any

import muserlab as ml
from muserlab.lab import ReportKind, current

from .following import Following
from .live import Live, Picture, static
from .rates import RateHistory
from .still import preformatted


class Summary(Live):
    """A device's name and ids, where it is, its client, its rate of accesses, its last error."""

    _esm = static("watching.js", "spark.js", "summary.js")
    _css = static("common.css", "spark.css", "summary.css")

    def __init__(self, following: Following) -> None:
        self._history = RateHistory()
        self._arguments = ("", "")  # for QEMU, and the socket that they are for
        super().__init__(following)

    def refresh(self) -> None:
        """Take a sample of the rate."""
        self._history.look(self.following.device.trace)

    def picture(self, _wants: Mapping[str, Any], /) -> Picture:
        """Return the device's facts."""
        device = self.following.device
        return {**facts(device, self.following.served, self._history), **self._place(device)}

    def _place(self, device: ml.PCIDevice) -> Picture:
        """Return where the device can be reached, and what puts it into a guest."""
        if not self.following.served:
            return {"socket": "", "qemu": ""}
        socket = str(current().socket_path(device.name))
        if self._arguments[0] != socket:
            self._arguments = (socket, str(current().qemu_args(device.name)))
        return {"socket": socket, "qemu": self._arguments[1]}

    def still(self) -> tuple[str, str]:
        """Return what `lspci` would say of the device."""
        text = self.following.device.describe()
        return text, preformatted(text)


def facts(device: ml.PCIDevice, served: bool, history: RateHistory) -> Picture:
    """Return what is said of a device wherever it is shown in short."""
    identity = device.config.header.identity
    client = current().clients.get(device.name) if served else None
    return {
        "name": device.name,
        "ids": f"{identity.vendor:04x}:{identity.device:04x}",
        "class": f"{identity.class_code:06x}",
        "tone": "used" if client else "free" if served else "off",
        "client": client.name if client else "",
        "since": client.since if client else 0.0,
        "terms": list(client.terms) if client else [],
        "accesses": history.accesses,
        "rate": history.rate if served else 0,
        "history": history.rates,
        "fault": _last_fault(device.name),
    }


def _last_fault(name: str) -> list[Any]:
    """Return when the last error of a device was, and what; nothing where there was none."""
    for report in reversed(current().reports.recent):
        if report.kind is ReportKind.FAULT and report.device == name:
            return [report.time, report.text]
    return []
