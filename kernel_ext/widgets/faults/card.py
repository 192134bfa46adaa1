"""The card under a cell: what its hook raised, the access that caused it, and what to do."""

from collections.abc import Callable
from typing import Any

import traitlets

import muserlab as ml
from muserlab.lab import Report, current

from ..following import Following
from ..live import Live, static
from ..still import preformatted
from .fault import fault_of, paused_by


class FaultCard(Live):
    """The faults of one notice; their counts and remedies go on changing.

    `traceback` tells one with the cell's own lines.
    """

    _esm = static("watching.js", "source.js", "card.js")
    _css = static("common.css", "hooks.css", "card.css")

    news = traitlets.Unicode().tag(sync=True)
    """What the cell was told before: "CTRL.on_write v2, from access 413"."""
    faults = traitlets.List[dict[str, Any]]().tag(sync=True)

    def __init__(self, following: Following, news: str, traceback: Callable[[Report], str]) -> None:
        self._reports: list[Report] = []
        self._traceback = traceback
        super().__init__(following, news=news)

    def add(self, report: Report) -> None:
        """Show one more fault."""
        self._reports.append(report)
        self.refresh()

    def refresh(self) -> None:
        """Peek at what has become of each fault."""
        device, lab = self.following.device, current()
        self.faults = [
            fault_of(report, self._traceback(report), device, lab) for report in self._reports
        ]

    def handle(self, content: dict[str, Any]) -> None:
        """Take the version back, or let the access that waits, or the version, try again."""
        match content:
            case {"undo": int(at)}:
                self.act(self._hook(at).undo)
            case {"retry": int(at)}:
                self._retry(at)
            case _:
                pass

    def _retry(self, at: int) -> None:
        failure = self._reports[at].failure
        paused = None if failure is None else paused_by(failure, current())
        if paused is not None:
            self.act(paused.retry)
        else:
            self.act(self._hook(at).redo)

    def _hook(self, at: int) -> ml.Hook:
        failure = self._reports[at].failure
        hook = None if failure is None else self.following.device.hook_named(failure.key)
        if hook is None:
            raise ValueError("the hook is not there any more")
        return hook

    def still(self) -> tuple[str, str]:
        """Return the tracebacks, and what was done, as text."""
        parts = [self.news] if self.news else []
        for report in self._reports:
            parts.append(self._traceback(report))
            parts.append(str(report.failure or report))
            if report.failure is not None:
                parts += [f"  {given}" for given in report.failure.inputs]
        text = "\n".join(parts)
        return text, preformatted(text)
