"""A snapshot of a lab, for people and for displays."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from muserlab.lab.reports import Report
from muserlab.server import ClientStatus
from muserlab.trace import Rates


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One served device: where, for whom, and how busy it is.

    `client` is who is connected. `accesses` counts from the device's beginning, `rates` are
    those since the status before this one (or since serving began), None where no time has passed.
    """

    name: str
    socket: Path
    client: ClientStatus | None
    accesses: int
    rates: Rates | None

    def __str__(self) -> str:
        """Describe the device in one line."""
        rate = f", {self.rates.accesses:.0f}/s" if self.rates is not None else ""
        return (
            f"{self.name}: {self.client or 'no client'}, {self.accesses} accesses{rate}, "
            f"{self.socket}"
        )


def table(devices: Iterable[DeviceStatus]) -> str:
    """Return a table of what is served, a line for each device."""
    rows = [
        (one.name, str(one.client or "none"), str(one.accesses), str(one.socket)) for one in devices
    ]
    if not rows:
        return "a lab that serves nothing"
    lines = [("device", "client", "accesses", "socket"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


@dataclass(frozen=True, slots=True)
class LabStatus:
    """What is served, what clients wait for, and the last faults, oldest first.

    `waits` has a line for each access whose async hook has not returned, and one for a function
    that keeps the trio thread.
    """

    devices: tuple[DeviceStatus, ...]
    waits: tuple[str, ...]
    faults: tuple[Report, ...]

    def __str__(self) -> str:
        """Describe the lab, a line for each device, each wait and each fault."""
        lines = [str(device) for device in self.devices] or ["nothing is served"]
        waits = [f"under way: {wait}" for wait in self.waits]
        return "\n".join([*lines, *waits, *(f"fault: {fault}" for fault in self.faults)])

    __repr__ = __str__
