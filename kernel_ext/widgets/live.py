"""What every widget here does: it looks while somebody watches, and only then.

A page says for each of its views when it comes into sight and when it goes, and in between that it
is still there: a page that was closed says nothing more. Hooks and accesses pay nothing for being
watched.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..watchers import watchers
from .following import Following

STATIC = Path(__file__).parent.parent / "static"

SIGHT_SECONDS = 25.0  # how long a view counts as seen without a word; a page says it every 10 s


def static(*names: str) -> str:
    """Return the text of files that belong together."""
    return "\n".join((STATIC / name).read_text() for name in names)


class Live(anywidget.AnyWidget):
    """A widget kept fresh while it is in view."""

    said = traitlets.Unicode().tag(sync=True)
    """What went wrong, for the person who watches."""

    def __init__(self, following: Following, **traits: object) -> None:
        super().__init__(**traits)
        self.following = following
        self._clock: Callable[[], float] = time.monotonic
        self._seen_until: dict[str, float] = {}
        self._looking = threading.Lock()
        self._blind = False
        self.on_msg(self._heard)
        _answer_while_a_cell_runs(self)

    def refresh(self) -> None:
        """Peek, and set the traits that changed (traitlets compares)."""
        raise NotImplementedError

    def handle(self, content: dict[str, Any]) -> None:
        """Do what a person asked for by hand; what it raises is shown to them."""

    def still(self) -> tuple[str, str]:
        """Return what there is now as text and as HTML, for where no widget can run."""
        raise NotImplementedError

    @property
    def watched(self) -> bool:
        """Whether any view of it is in sight."""
        now = self._clock()
        return any(until > now for until in tuple(self._seen_until.values()))

    def look(self) -> None:
        """Follow the device and refresh, in one message."""
        with self._looking:
            try:
                self.following.look()
                with self.hold_sync():
                    self.refresh()
            except Exception as error:  # noqa: BLE001 - one widget's trouble is not the others'
                self._say(error)
                self._blind = True
            else:
                if self._blind:
                    self.said = ""
                self._blind = False

    def close(self) -> None:
        """Stop looking and leave the page."""
        self._seen_until.clear()
        super().close()

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        match content:
            case {"view": str(view), "seen": True}:
                self._seen_until[view] = self._clock() + SIGHT_SECONDS
                watchers.add(self)
            case {"view": str(view)}:
                self._seen_until.pop(view, None)
            case _:
                try:
                    self.handle(content)
                except Exception as error:  # noqa: BLE001 - the person who clicked reads it
                    self._say(error)
                else:
                    self.said = ""
                    self.look()

    def _say(self, error: Exception) -> None:
        self.said = f"{type(error).__name__}: {error}"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the widget, and beside it what there is now for where no widget can run."""
        widget: Any = super()
        data, metadata = widget._repr_mimebundle_(**kwargs)
        plain, html = self.still()
        return {**data, "text/plain": plain, "text/html": html}, metadata


def _answer_while_a_cell_runs(widget: Live) -> None:
    """Have clicks handled at once while a cell is busy.

    ipykernel 7.4 sends a widget's messages to the main shell when they belong to no subshell of the
    widget's own, where they wait for the running cell. There is no public way to say otherwise.
    """

    def answer_there(_data: object, default: object) -> object:
        return default

    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = answer_there
