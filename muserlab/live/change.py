"""The steps that change a hook's history, alone or in a batch."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from muserlab.live.history import History
from muserlab.live.owner import Owner
from muserlab.live.source import place_of, source_of
from muserlab.trace import Kind


class Change(ABC):
    """A step that changes one hook's history."""

    def __init__(self, history: History, owner: Owner) -> None:
        self.history = history
        self._owner = owner
        self._news = ""
        self._before = (history.versions, history.own)

    def apply(self) -> None:
        """Make the change and record it."""
        self._before = (self.history.versions, self.history.own)
        self._news = self.make()
        self._owner.trace.record(Kind.PATCH, self.history.name, note=self._news)

    def revert(self) -> None:
        """Take the change back."""
        self.history.versions, self.history.own = self._before
        self._owner.trace.record(Kind.PATCH, self.history.name, note="taken back")

    def announce(self) -> None:
        """Tell people what the change was."""
        self._owner.announce(f"{self.history.name} {self._news}")

    @abstractmethod
    def make(self) -> str:
        """Change the history; return what to say after the hook's name."""

    @property
    def seq(self) -> int:
        """Number of the first access that meets the change."""
        return self._owner.trace.accesses + 1

    def _told(self) -> str:
        current = self.history.current
        return f"v{current.number}" if current is not None else "not defined"


class Define(Change):
    """Put a function at the hook."""

    def __init__(self, history: History, owner: Owner, function: Callable[..., Any]) -> None:
        super().__init__(history, owner)
        self._function = function
        self._source = source_of(function)
        self._place = place_of(function)

    def make(self) -> str:
        """Define the function."""
        new = self.history.define(self._function, self._source, self._place, self.seq)
        return f"{self._told()}, {f'from access {self.seq}' if new else 'unchanged'}"


class Undo(Change):
    """Return to the version before the current one."""

    def make(self) -> str:
        """Undo one definition."""
        self.history.undo()
        again = " again" if self.history.current is not None else ""
        return f"{self._told()}{again}, from access {self.seq}"


class Clear(Change):
    """Leave no version current."""

    def make(self) -> str:
        """Make no version current."""
        self.history.own = None
        return f"{self._told()}, from access {self.seq}"
