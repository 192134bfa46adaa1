"""What the lab has to say, put where it belongs: under the cell that it is about.

The answer to a patch appears in the patching cell at once. When that version later fails, on the
lab's thread and whatever the notebook is doing then, the traceback is added under the same cell, by
updating what was displayed there; further failures of the kind only raise its count. A terminal
cannot change what it showed: there, news are printed when they come.
"""

import itertools
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.util import find_spec
from typing import Any

import muserlab as ml
from muserlab.lab import Report, ReportKind, current

from .shell import Shell

KEPT = 500  # notices that a later fault may still be added to


@dataclass(eq=False)
class Notice:
    """Something displayed under a cell, and what has to be said of it since.

    `cell` is the notebook's name for the cell, `place` the one that versions have.
    """

    display_id: str
    cell: str
    place: str
    device: str
    text: str
    faults: list[Report] = field(default_factory=list[Report])
    shown: int = 0
    """How many failures the page knows of."""
    card: Any = None
    """The widget that shows the faults, where widgets can."""

    def failures(self) -> int:
        """Return how many there were by now."""
        return sum(fault.failure.count for fault in self.faults if fault.failure is not None)


class PageNotices:
    """Shows reports on a Jupyter page. `heard` may be called on any thread."""

    def __init__(self, ip: Shell) -> None:
        self._ip = ip
        self._cell = ""
        self._numbers = itertools.count()
        self._notices: deque[Notice] = deque(maxlen=KEPT)

    def begin(self, info: object) -> None:
        """Forget what was displayed under a cell that is run again: its output is gone."""
        self._cell = getattr(info, "cell_id", None) or ""
        if self._cell:
            kept = [notice for notice in self._notices if notice.cell != self._cell]
            self._notices = deque(kept, maxlen=KEPT)

    def heard(self, report: Report) -> None:
        """Show a notice, or a fault under the notice that it belongs to; the log is for %muser."""
        if report.kind is ReportKind.NOTICE:
            self._show(self._new(report.device, report.text))
        elif report.kind is ReportKind.FAULT:
            blamed = self._blamed(report)
            notice = blamed or self._new(report.device, "")
            notice.faults.append(report)
            self._put_on_card(notice, report)
            self._show(notice, update=blamed is not None)

    def refresh(self, *_: object) -> None:
        """Show the counts of failures that happened again. Called after every cell."""
        for notice in tuple(self._notices):
            if notice.failures() != notice.shown:
                self._show(notice, update=True)

    def _new(self, device: str, text: str) -> Notice:
        display_id = f"muserlab-{os.getpid()}-{next(self._numbers)}"
        place = f"cell In[{self._ip.execution_count}]"
        notice = Notice(display_id, self._cell, place, device, text)
        self._notices.append(notice)
        return notice

    def _blamed(self, report: Report) -> Notice | None:
        """Return the notice of the version that failed, the one in that version's cell first."""
        failure = report.failure
        if failure is None:
            return None
        told = f"{failure.hook} v{failure.version.number},"
        named = [n for n in self._notices if n.device == report.device and n.text.startswith(told)]
        named.sort(key=lambda notice: notice.place == failure.version.place)
        return named[-1] if named else None

    def _show(self, notice: Notice, *, update: bool = False) -> None:
        notice.shown = notice.failures()
        data: Mapping[str, Any]
        if notice.card is not None:
            data, _ = notice.card._repr_mimebundle_()
        elif notice.faults:
            faults = (fault_text(self._ip, fault) for fault in notice.faults)
            text = "\n".join([notice.text, *faults]).lstrip("\n")
            data = {"text/plain": text, "application/vnd.jupyter.stderr": text}
        else:
            data = {"text/plain": notice.text, "text/html": _html(notice.text)}
        self._ip.display_pub.publish(
            data, transient={"display_id": notice.display_id}, update=update
        )

    def _put_on_card(self, notice: Notice, report: Report) -> None:
        """Show a fault on the notice's card; there is none without widgets, or without a device."""
        device = current().devices.get(report.device)
        if notice.card is None and device is not None and find_spec("anywidget") is not None:
            from .widgets import FaultCard, Following

            notice.card = FaultCard(Following(device), notice.text, self._traceback)
        if notice.card is not None:
            notice.card.add(report)

    def _traceback(self, report: Report) -> str:
        return "\n".join(traceback_lines(self._ip, report))


class TerminalNotices:
    """Prints reports on a terminal. `heard` may be called on any thread."""

    def __init__(self, ip: Shell) -> None:
        self._ip = ip
        self._faults: dict[ml.Failure, int] = {}

    def begin(self, _info: object) -> None:
        """Do nothing: a terminal keeps what it showed."""

    def heard(self, report: Report) -> None:
        """Print a notice or a fault; the log is for %muser."""
        if report.kind is ReportKind.NOTICE:
            self._print(report.text)
        elif report.kind is ReportKind.FAULT:
            if report.failure is not None:
                self._faults[report.failure] = report.failure.count
            self._print(fault_text(self._ip, report))

    def refresh(self, *_: object) -> None:
        """Print what failed again since it was printed last. Called after every cell."""
        for failure, count in tuple(self._faults.items()):
            if failure.count != count:
                self._faults[failure] = failure.count
                self._print(str(failure))

    def _print(self, text: str) -> None:
        self._ip.display_pub.publish({"text/plain": text})


def fault_text(ip: Shell, report: Report) -> str:
    """Return a fault's traceback, with the cell's own lines, and what came of it."""
    lines = traceback_lines(ip, report)
    return "\n".join([*lines, "", str(report.failure or report)]).lstrip("\n")


def traceback_lines(ip: Shell, report: Report) -> list[str]:
    """Return a fault's traceback with the cell's own lines; nothing where nothing was raised."""
    error = report.error
    if error is None:
        return []
    return ip.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)


def _html(text: str) -> str:
    mark = '<span style="color:var(--jp-success-color1,#2e7d32)">✓</span>'
    return f'<div style="{_STYLE}">{mark} {escape(text)}</div>'


_STYLE = (
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px);"
    "color:var(--jp-content-font-color2,inherit);white-space:pre-wrap"
)
