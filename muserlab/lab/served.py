"""One device that is being served, as the trio thread has it."""

import os
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Self

import trio

from muserlab.device import (
    Access,
    Bank,
    BusyError,
    InlineHost,
    Outcome,
    PCIDevice,
    assign,
    noted,
    when_returned,
)
from muserlab.lab.errors import LabError
from muserlab.lab.holds import Holds
from muserlab.lab.host import TrioHost
from muserlab.lab.portal import Portal
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.lab.status import DeviceStatus
from muserlab.server import Server, serve
from muserlab.trace import Kind, Rates


class Served:
    """A device with its server and its host.

    `open` makes one; leaving that context manager disconnects the client, removes the socket and
    ends the device's tasks. The device keeps its state and can be served again.
    """

    def __init__(
        self, device: PCIDevice, portal: Portal, nursery: trio.Nursery, reports: Reports
    ) -> None:
        self.device = device
        self.server: Server
        self._portal = portal
        self._nursery = nursery
        self._reports = reports
        self.patience: dict[int, float | None] = {}
        """How many seconds clients wait for an answer that have said so, by process id."""
        self.holds = Holds(
            device.name,
            portal,
            server=lambda: self.server,
            patience=self._find_patience,
            say=self._say,
        )
        self._host = self._take(device)
        self._counts = device.trace.counts

    @classmethod
    @asynccontextmanager
    async def open(
        cls, device: PCIDevice, path: Path, portal: Portal, reports: Reports
    ) -> AsyncGenerator[Self]:
        """Serve a device at a socket path for the length of an `async with` block."""
        served: Self | None = None

        def log(line: str) -> None:
            reports.post(Report(ReportKind.LOG, line))

        try:
            async with trio.open_nursery() as nursery:
                served = cls(device, portal, nursery, reports)
                served.server = await nursery.start(partial(serve, device, path, log=log))
                yield served
                nursery.cancel_scope.cancel()
        finally:
            # Only now: the device still needed its host for its hooks of a lost connection.
            (served.device if served else device).host = InlineHost()

    def check_path(self, path: str | os.PathLike[str] | None) -> None:
        """Raise LabError where the device should move, to a socket at path, while it is served."""
        name, present = self.device.name, self.server.path
        if path is not None and Path(path).absolute() != present:
            raise LabError(
                f"{name} is served at {present}; lab.withdraw({name!r}) it before it moves"
            )

    def layouts(self) -> dict[str, type[Bank]]:
        """Return what a driver needs to know of the device: its datasheet, region by region."""
        banks = (region for region in self.device.present if isinstance(region, Bank))
        return {bank.name: type(bank) for bank in banks}

    async def repeat(self, access: Access) -> bytes | None:
        """Make an access again, as a client would; raises RegionError."""
        answer = access.make(self.device)
        return await answer if isinstance(answer, Awaitable) else answer

    def status(self, rates: Rates | None) -> DeviceStatus:
        """Return where the device is, for whom, and how busy it is."""
        return DeviceStatus(
            name=self.device.name,
            socket=self.server.path,
            client=self.server.client_status,
            accesses=self.device.trace.accesses,
            rates=rates,
        )

    def rates(self) -> Rates | None:
        """Return the rates since they were asked for last; None where no time has passed."""
        before, self._counts = self._counts, self.device.trace.counts
        if self._counts.time_ns <= before.time_ns:
            return None
        return Rates.between(before, self._counts)

    def adopt(self, device: PCIDevice) -> Outcome:
        """Put a new definition in the place of the device; tell what became of that one's parts.

        Call it while the server is suspended, with a journal that is committed or rolled back
        before that ends. Raises DeviceError, with nothing changed once that is rolled back.
        """
        if self.holds.paused:
            raise BusyError(
                f"{self.device.name} cannot change while an access is paused"
                f" ({self.holds.paused[0].access}); decide about it first: lab.paused"
            )
        former, tasks = self.device, self._host
        noted(partial(setattr, device, "host", device.host))
        host = self._take(device)
        outcome = device.adopt(former)
        noted(partial(self.server.adopt, former))
        self.server.adopt(device)
        when_returned(tasks.end_tasks)
        assign(self, device=device, _host=host, _counts=device.trace.counts)
        return outcome

    def _find_patience(self) -> float | None:
        """Return how many seconds the client waits for an answer, None if for ever."""
        process = self.server.process
        if process is None:
            return None
        return self.patience.get(process.pid, process.patience)

    def _say(self, text: str) -> None:
        self._reports.post(Report(ReportKind.NOTICE, text, self.device.name))

    def _take(self, device: PCIDevice) -> TrioHost:
        host = TrioHost(device, self._portal, self._nursery, self._reports, self.holds.hold)
        device.host = host
        return host


class Adoption:
    """The step of a batch that puts a new definition in the place of a served device."""

    def __init__(self, served: Served, device: PCIDevice) -> None:
        self._served = served
        self._device = device
        self._outcome = Outcome()

    def apply(self) -> None:
        """Let the new definition take over, as far as the journal's end allows."""
        self._outcome = self._served.adopt(self._device)

    def revert(self) -> None:
        """Record that it does not after all; what was done is in the journal."""
        trace, name = self._device.trace, self._device.name
        trace.record(Kind.PATCH, name, note="new definition taken back")

    def announce(self) -> None:
        """Tell people what became of the former one's parts."""
        self._device.host.announce(str(self._outcome))
