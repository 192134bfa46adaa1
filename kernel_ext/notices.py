"""What the lab has to say, put where it belongs: under the cell that it is about.

The answer to a patch appears in the patching cell at once. When that version later fails, on the
lab's thread and whatever the notebook is doing then, the traceback is added under the same cell, by
updating what was displayed there; further failures of the kind only raise its count.
"""

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

from muserlab.lab import Report, ReportKind

KEPT = 500  # notices that a later fault may still be added to


@dataclass
class Notice:
    """Something displayed, and what has to be said of it since."""

    display_id: str
    device: str
    text: str
    faults: list[Report] = field(default_factory=list[Report])
    shown_counts: tuple[int, ...] = ()

    def counts(self) -> tuple[int, ...]:
        """Return how often each fault has happened by now."""
        return tuple(fault.failure.count for fault in self.faults if fault.failure is not None)


class Notices:
    """Shows reports. `heard` may be called on any thread."""

    def __init__(self, ip: Any) -> None:
        self._ip = ip
        self._numbers = itertools.count()
        self._notices: dict[tuple[str, str], Notice] = {}

    def heard(self, report: Report) -> None:
        """Show a notice, or a fault under the notice that it belongs to; the log is for %muser."""
        if report.kind is ReportKind.NOTICE:
            self._show(self._new(report.device, report.text))
        elif report.kind is ReportKind.FAULT:
            notice = self._blamed(report)
            if notice is None:
                notice = self._new(report.device, "")
                notice.faults.append(report)
                self._show(notice)
            else:
                notice.faults.append(report)
                self._show(notice, update=True)

    def refresh(self, *_: object) -> None:
        """Show the counts of faults that happened again. Called after every cell."""
        for notice in tuple(self._notices.values()):
            if notice.counts() != notice.shown_counts:
                self._show(notice, update=True)

    def _new(self, device: str, text: str) -> Notice:
        number = next(self._numbers)
        notice = Notice(f"muserlab-{os.getpid()}-{number}", device, text)
        self._notices[device, text or str(number)] = notice
        while len(self._notices) > KEPT:
            del self._notices[next(iter(self._notices))]
        return notice

    def _blamed(self, report: Report) -> Notice | None:
        """Return the notice of the version that failed."""
        failure = report.failure
        if failure is None:
            return None
        told = f"{failure.hook} v{failure.version.number},"
        for notice in reversed(self._notices.values()):
            if notice.device == report.device and notice.text.startswith(told):
                return notice
        return None

    def _show(self, notice: Notice, *, update: bool = False) -> None:
        notice.shown_counts = notice.counts()
        parts = [notice.text] if notice.text else []
        parts += [self._fault(fault) for fault in notice.faults]
        text = "\n".join(parts)
        data = {"text/plain": text}
        if notice.faults:
            data["application/vnd.jupyter.stderr"] = text
        self._ip.display_pub.publish(
            data, transient={"display_id": notice.display_id}, update=update
        )

    def _fault(self, report: Report) -> str:
        """Return a fault's traceback, with the cell's own lines, and what came of it."""
        error = report.error
        told = str(report.failure or report)
        if error is None:
            return told
        lines = self._ip.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
        return "\n".join([*lines, "", told])
