"""What every widget here does: it looks while somebody watches, and only then.

A page says for each of its views when it comes into sight and when it goes, and in between that it
is still there: a page that was closed says nothing more. Hooks and accesses pay nothing for being
watched.

What all views of a widget show are traits. What depends on where one of them is (scrolled to a
window, filtered) is a picture of its own: the view says what it wants, and gets the parts of the
picture that changed.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

import anywidget
import ipywidgets
import traitlets

from ..watchers import watchers
from .following import Followed, Following

P = ParamSpec("P")

STATIC = Path(__file__).parent.parent / "static"

SIGHT_SECONDS = 25.0  # how long a view counts as seen without a word; a page says it every 10 s

Picture = dict[str, Any]
"""What one view shows, by name: values that JSON can say, and bytes, which travel as they are."""


def static(*names: str) -> str:
    """Return the text of files that belong together."""
    return "\n".join((STATIC / name).read_text() for name in names)


@dataclass(eq=False)
class View:
    """One place on a page where a widget can be seen."""

    seen_until: float
    wants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What it asked for; from a page, so that anything may be in it."""
    shows: Picture = field(default_factory=dict[str, Any])


class Shown(anywidget.AnyWidget):
    """A widget kept fresh while it is in view."""

    said = traitlets.Unicode().tag(sync=True)
    """What went wrong, for the person who watches."""
    stopped = traitlets.Unicode().tag(sync=True)
    """Why what is shown does not change any more; empty while it does."""

    def __init__(self, followed: Followed, **traits: object) -> None:
        super().__init__(**traits)
        self._followed = followed
        self.stopped = followed.stopped
        self._clock: Callable[[], float] = time.monotonic
        self._views: dict[str, View] = {}
        self._looking = threading.Lock()
        self._blind = False
        self._outcome: str | None = None  # of what a person asked for, and was not yet told
        self.on_msg(self._heard)
        answer_while_a_cell_runs(self)

    # -- for those who make one --------------------------------------------------------------------

    def refresh(self) -> None:
        """Peek, and set the traits that changed (traitlets compares)."""

    def picture(self, _wants: Mapping[str, Any], /) -> Picture:
        """Peek, and return what a view that wants this shows; parts that it has are not sent."""
        return {}

    def handle(self, content: dict[str, Any]) -> None:
        """Do what a person asked for by hand; what it raises is shown to them.

        It runs on whichever thread heard of it, and must not wait: what changes the device goes
        through `act`.
        """

    def still(self) -> tuple[str, str]:
        """Return what there is now as text and as HTML, for where no widget can run."""
        raise NotImplementedError

    def act(self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call fn on the device's thread, soon; never wait. What it raises is shown."""

        def do() -> None:
            try:
                fn(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the person who clicked reads it
                self._outcome = _told(error)
            else:
                self._outcome = ""

        self._followed.post(do)

    # -- for those who refresh it ------------------------------------------------------------------

    @property
    def watched(self) -> bool:
        """Whether any view of it is in sight."""
        return bool(self._in_sight())

    def look(self) -> None:
        """Follow the device and refresh, in one message, and one for each view's own picture."""
        with self._looking:
            try:
                self._followed.look()
                with self.hold_sync():
                    self.refresh()
                    self.stopped = self._followed.stopped
                    self._tell_outcome()
                for name, view in self._in_sight().items():
                    self._show(name, view)
            except Exception as error:  # noqa: BLE001 - one widget's trouble is not the others'
                self.said = _told(error)
                self._blind = True
            else:
                if self._blind:
                    self.said = ""
                self._blind = False

    def close(self) -> None:
        """Stop looking and leave the page."""
        self._views.clear()
        super().close()

    # -- inside ------------------------------------------------------------------------------------

    def _in_sight(self) -> dict[str, View]:
        """Return the views that are in sight, by name; forget those that fell silent."""
        now = self._clock()
        for name, view in tuple(self._views.items()):
            if view.seen_until <= now:
                self._views.pop(name, None)
        return dict(self._views)

    def _show(self, name: str, view: View) -> None:
        """Send a view the parts of its picture that changed."""
        before, view.shows = view.shows, self.picture(view.wants)
        new = {
            part: value
            for part, value in view.shows.items()
            if part not in before or before[part] != value
        }
        dropped = [part for part in before if part not in view.shows]
        if new or dropped:
            raw = {part: value for part, value in new.items() if isinstance(value, bytes)}
            said = {part: value for part, value in new.items() if part not in raw}
            message = {"view": name, "set": said, "drop": dropped, "bytes": list(raw)}
            self.send(message, buffers=list(raw.values()))

    def _tell_outcome(self) -> None:
        outcome, self._outcome = self._outcome, None
        if outcome is not None:
            self.said = outcome

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        match content:
            case {"view": str(name), "seen": True, **more}:
                view = self._views.setdefault(name, View(0.0))
                wants = more.get("wants")
                view.wants = wants if isinstance(wants, dict) else {}
                view.seen_until = self._clock() + SIGHT_SECONDS
                watchers.add(self)
            case {"view": str(name)}:
                self._views.pop(name, None)
            case _:
                self._outcome = ""
                try:
                    self.handle(content)
                except Exception as error:  # noqa: BLE001 - the person who clicked reads it
                    self._outcome = _told(error)
                self.look()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the widget, and beside it what there is now for where no widget can run."""
        widget: Any = super()
        data, metadata = widget._repr_mimebundle_(**kwargs)
        plain, html = self.still()
        return {**data, "text/plain": plain, "text/html": html}, metadata


class Live(Shown):
    """A widget about a device."""

    def __init__(self, following: Following, **traits: object) -> None:
        self.following = following
        super().__init__(following, **traits)


def whole(value: object) -> int:
    """Return a number that a page says; 0 for what is none, or less."""
    return max(0, value) if isinstance(value, int) else 0


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def answer_while_a_cell_runs(widget: ipywidgets.DOMWidget) -> None:
    """Have clicks handled at once while a cell is busy.

    ipykernel 7.4 sends a widget's messages to the main shell when they belong to no subshell of the
    widget's own, where they wait for the running cell. There is no public way to say otherwise.
    """

    def answer_there(_data: object, default: object) -> object:
        return default

    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = answer_there
