"""`dev.state`: a namespace for what outlives a patch, and that a failing hook leaves as it was."""

from types import SimpleNamespace
from typing import Any

from muserlab.device.contents import Contents
from muserlab.device.journal import Journal, running

_ABSENT: Any = object()


class State(SimpleNamespace):
    """Attributes that hooks keep things in.

    What a hook on probation assigns or deletes is noted. What it only looks at it may change from
    within, so its contents are kept at the first look: see WatchedState. A trusted hook pays
    nothing for looking.
    """

    __slots__ = ("_runs",)

    _runs: dict[Journal, dict[str, Contents | None]]

    def __setattr__(self, name: str, value: object) -> None:
        self._note(name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self._note(name, _ABSENT)
        super().__delattr__(name)

    def begin(self, journal: Journal) -> None:
        """Watch what the hook of this journal looks at."""
        if type(self) is State:
            object.__setattr__(self, "_runs", {})
            object.__setattr__(self, "__class__", WatchedState)
        seen: dict[str, Contents | None] = {}
        self._runs[journal] = seen
        journal.note(lambda: _put_back(seen))

    def end(self, journal: Journal) -> None:
        """Watch it no more."""
        del self._runs[journal]
        if not self._runs:
            object.__setattr__(self, "__class__", State)

    def _note(self, name: str, value: object) -> None:
        journal = running()
        if journal is None:
            return
        held = vars(self)
        before = held.get(name, _ABSENT)

        def undo() -> None:
            if held.get(name, _ABSENT) is value:
                if before is _ABSENT:
                    del held[name]
                else:
                    held[name] = before

        journal.note(undo)


class WatchedState(State):
    """What a state is while hooks on probation run: it sees who looks at what.

    What somebody else has looked at too, and may have changed, is nobody's to put back.
    """

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in object.__getattribute__(self, "__dict__"):
            looking = running()
            for run, seen in self._runs.items():
                if looking is None or not looking.is_within(run):
                    seen[name] = None
                elif name not in seen:
                    seen[name] = contents = Contents()
                    contents.keep(value)
        return value


def _put_back(seen: dict[str, Contents | None]) -> None:
    for contents in seen.values():
        if contents is not None:
            contents.put_back()
