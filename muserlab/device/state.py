"""`dev.state`: a namespace for what outlives a patch, and that a failing hook leaves as it was."""

from types import SimpleNamespace
from typing import Any

from muserlab.device.contents import Contents
from muserlab.device.journal import SLEEPERS, Journal, running

_ABSENT: Any = object()


class State(SimpleNamespace):
    """Attributes that hooks keep things in.

    What a hook on probation assigns or deletes is noted. What it only looks at it may change from
    within: see WatchedState, which a state is while hooks are on probation. Trusted hooks pay
    nothing for looking.
    """

    def __setattr__(self, name: str, value: object) -> None:
        self._note(name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self._note(name, _ABSENT)
        super().__delattr__(name)

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
    """What a state is while hooks are on probation: it sees what they look at, and keeps it.

    What somebody else has looked at too while an async hook slept, and may have changed, is
    nobody's to put back.
    """

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in object.__getattribute__(self, "__dict__"):
            looking = running()
            lineage = () if looking is None else tuple(looking.lineage)
            for journal in lineage:
                _keep(journal, (id(self), name), value)
            for sleeper in SLEEPERS:
                if sleeper not in lineage:
                    sleeper.seen[id(self), name] = None
        return value


WatchedState.__name__ = WatchedState.__qualname__ = "State"  # as it is called in people's errors


def watch(state: State, watched: bool) -> None:
    """Let a state see what hooks look at, or see it no more."""
    object.__setattr__(state, "__class__", WatchedState if watched else State)


def _keep(journal: Journal, what: tuple[int, str], value: object) -> None:
    """Have what is in value now put back if the hook fails, unless others have looked at it."""
    if what in journal.seen:
        return
    journal.seen[what] = contents = Contents()
    contents.keep(value)
    journal.note(lambda: contents.put_back() if journal.seen[what] is contents else None)
