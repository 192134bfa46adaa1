"""What every widget here does: it looks while somebody watches, and only then.

A page that shows the widget says `view: opened`, and `closed` when it goes. In between, `refresh`
runs a few times a second on the lab's thread, peeks, and sends only what changed; hooks and
accesses pay nothing for being watched.
"""

from collections.abc import Callable
from typing import Any, Protocol

import anywidget

REFRESH_SECONDS = 0.1  # ten a second: smooth to the eye, and far from what floods a browser


class Task(Protocol):
    """Repeated work that can be ended."""

    def cancel(self) -> None:
        """End it; again is harmless."""


Every = Callable[[float, Callable[[], None]], Task]


class Live(anywidget.AnyWidget):
    """A widget kept fresh while it is in view.

    `every(seconds, function)` is the lab's timer; it may refuse (an unserved device), and then the
    widget shows what there was when it was made.
    """

    def __init__(self, every: Every, refuses: type[Exception], **traits: Any) -> None:
        super().__init__(**traits)
        self._every = every
        self._refuses = refuses
        self._views = 0
        self._task: Task | None = None
        self.on_msg(self._heard)
        _answer_while_a_cell_runs(self)

    def refresh(self) -> None:
        """Peek, and set the traits that changed. Called on the lab's thread."""
        raise TypeError(f"{type(self).__name__} has no refresh()")

    def handle(self, content: dict[str, Any]) -> None:
        """Do what a person asked for by hand. Called on a thread of the kernel's."""

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        match content:
            case {"view": "opened"}:
                self._views += 1
                self._start()
            case {"view": "closed"}:
                self._views -= 1
                if self._views <= 0:
                    self._stop()
            case _:
                self.handle(content)

    def _start(self) -> None:
        if self._task is None:
            try:
                self._task = self._every(REFRESH_SECONDS, self.refresh)
            except self._refuses:
                return

    def _stop(self) -> None:
        self._views = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        """Stop looking and leave the page."""
        self._stop()
        super().close()


def _answer_while_a_cell_runs(widget: Live) -> None:
    """Have clicks handled at once while a cell is busy.

    ipykernel 7.4 sends a widget's messages to the main shell when they belong to no subshell of the
    widget's own, where they wait for the running cell. There is no public way to say otherwise.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = lambda _data, default: default
