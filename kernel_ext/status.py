"""What `%muser` shows."""

from html import escape

from muserlab.lab import DeviceStatus, Lab, ReportKind

RECENT = 8  # lines of the log
TITLES = ("device", "client", "accesses", "per second", "socket")
NOTHING = "nothing is served; ml.serve(device) serves one"


class Status:
    """A snapshot of the lab: what is served, for whom, rates, what waits, and the last errors."""

    def __init__(self, lab: Lab) -> None:
        self._status = lab.status()
        log = (report for report in lab.reports.recent if report.kind is ReportKind.LOG)
        self._log = [str(report) for report in log][-RECENT:]

    def __repr__(self) -> str:
        """Say it in lines."""
        devices = [str(device) for device in self._status.devices] or [NOTHING]
        waits = [f"under way: {wait}" for wait in self._status.waits]
        faults = [f"fault: {fault}" for fault in self._status.faults]
        return "\n".join([*devices, *waits, *faults, *self._log])

    def html(self) -> str:
        """Say it in tables and lines."""
        waits = "<br>".join(map(escape, self._status.waits))
        faults = "<br>".join(escape(str(fault)) for fault in self._status.faults)
        log = "<br>".join(map(escape, self._log))
        return (
            f"{self._served()}<div>{waits}</div>"
            f"<div style='color:var(--jp-error-color1,#c62828)'>{faults}</div>"
            f"<small style='color:var(--jp-ui-font-color2,#777)'>{log}</small>"
        )

    def _served(self) -> str:
        if not self._status.devices:
            return f"<i>{escape(NOTHING)}</i>"
        head = "".join(f"<th style='text-align:left'>{title}</th>" for title in TITLES)
        rows = "".join(_row(device) for device in self._status.devices)
        return f"<table><tr>{head}</tr>{rows}</table>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


def _row(device: DeviceStatus) -> str:
    rate = f"{device.rates.accesses:.0f}" if device.rates is not None else ""
    cells = (
        device.name,
        str(device.client or "none"),
        str(device.accesses),
        rate,
        str(device.socket),
    )
    marked = (f"<td style='text-align:left'>{escape(cell)}</td>" for cell in cells)
    return f"<tr>{''.join(marked)}</tr>"
