"""What `%muser` shows."""

from html import escape
from typing import Any

from muserlab.lab import Lab, LabStatus

RECENT = 8  # lines of the log


class Status:
    """A snapshot of the lab: what is served, who is connected, rates, and the last errors."""

    def __init__(self, lab: Lab | None) -> None:
        self._status: LabStatus | None = lab.status() if lab is not None else None
        recent = lab.reports.recent if lab is not None else ()
        self._log = [str(report) for report in recent if report.kind == "log"][-RECENT:]

    def __repr__(self) -> str:
        """Say it in lines."""
        if self._status is None or not self._status.devices:
            return "nothing is served; ml.serve(device) serves one"
        return "\n".join([str(self._status), *self._log])

    def _repr_html_(self) -> str:
        if self._status is None or not self._status.devices:
            return f"<i>{escape(repr(self))}</i>"
        rows = "".join(_row(device) for device in self._status.devices)
        head = "".join(f"<th style='text-align:left'>{title}</th>" for title in TITLES)
        faults = "".join(
            f"<div style='color:var(--jp-error-color1,#c62828)'>{escape(str(fault))}</div>"
            for fault in self._status.faults
        )
        log = "".join(f"<div>{escape(line)}</div>" for line in self._log)
        return f"<table><tr>{head}</tr>{rows}</table>{faults}<small>{log}</small>"


TITLES = ("device", "client", "accesses", "per second", "socket")


def _row(device: Any) -> str:
    rate = f"{device.rates.accesses:.0f}" if device.rates is not None else ""
    cells = (device.name, device.client or "none", str(device.accesses), rate, str(device.socket))
    return (
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in cells) + "</tr>"
    )
