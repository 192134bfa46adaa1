"""Noticing what takes long: an access that gets no answer, a trio thread that does not turn."""

import contextlib
import time
from collections.abc import Callable, Iterable

from muserlab.lab.errors import LabStopped
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.lab.served import Served
from muserlab.lab.thread import TrioThread
from muserlab.lab.whereabouts import calls_in
from muserlab.server import Access, describe_access

INTERVAL = 1.0
"""Seconds from one look to the next."""

PATIENCE = 2
"""Looks that something may last before people are told, once."""


class Watch:
    """Looks at what is under way, from a thread that is not the trio thread.

    Accesses pay nothing for it. Time is counted in looks: where a cell keeps the whole interpreter
    busy there are none, and nobody else is blamed for that.
    """

    def __init__(
        self,
        thread: TrioThread,
        served: Callable[[], Iterable[Served]],
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._thread = thread
        self._served = served
        self._reports = reports
        self._clock = clock
        self._last_look = clock()
        self._asked: float | None = None  # when the thread was asked to turn, and has not yet
        self._looks = 0  # since then
        self._told = False
        self._seen: dict[Access, int] = {}  # looks since the first at an access

    def look(self) -> None:
        """Look, if it is time to, and tell what has lasted too long."""
        now = self._clock()
        if now - self._last_look < INTERVAL:
            return
        self._last_look = now
        with contextlib.suppress(LabStopped):
            self._look_at_thread(now)
        self._look_at_accesses()

    @property
    def waits(self) -> tuple[str, ...]:
        """What is under way and how long, a line each: accesses, and a thread that is stuck."""
        lines = [
            f"{one.device.name}: {_told(one, access)}"
            for one in self._served()
            for access in one.server.in_flight
        ]
        stuck = self._stuck()
        return (stuck, *lines) if stuck is not None else tuple(lines)

    def _look_at_thread(self, now: float) -> None:
        if self._asked is None:
            self._asked, self._looks, self._told = now, 0, False
            self._thread.portal.soon(self._turned)
            return
        self._looks += 1
        stuck = self._stuck()
        if stuck is not None and not self._told:
            self._told = True
            self._reports.post(Report(ReportKind.NOTICE, stuck))

    def _turned(self) -> None:
        self._asked, self._looks = None, 0

    def _stuck(self) -> str | None:
        asked = self._asked
        if asked is None or self._looks < PATIENCE:
            return None
        calls = self._thread.calls
        if calls is None:
            return None
        seconds = self._clock() - asked
        return f"the trio thread has been in {calls} for {seconds:.0f} s; clients wait for it"

    def _look_at_accesses(self) -> None:
        seen: dict[Access, int] = {}
        for one in self._served():
            for access in one.server.in_flight:
                if access.held:
                    continue  # it waits for a person, who was told
                seen[access] = self._seen.get(access, -1) + 1
                if seen[access] == PATIENCE:
                    text = _told(one, access)
                    self._reports.post(Report(ReportKind.NOTICE, text, one.device.name))
        self._seen = seen


def _told(served: Served, access: Access) -> str:
    seconds = time.monotonic() - access.since
    what = describe_access(served.device, access.request)
    calls = calls_in(access.work) or "its hook"
    return f"{what} has waited {seconds:.0f} s for {calls}; the client waits too"
