"""The steps that change hooks' lines, alone or in a batch."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from muserlab.live.batch import Batch
from muserlab.live.errors import PatchError
from muserlab.live.history import CLEAR, DEFINE, Entry, Move
from muserlab.live.line import Line
from muserlab.live.origin import Origin
from muserlab.live.owner import Owner
from muserlab.live.source import place_of, source_of
from muserlab.trace import Kind


class Change(ABC):
    """A step that changes one hook's line."""

    what: str
    """What the history calls it."""

    def __init__(self, line: Line, owner: Owner, origin: Origin) -> None:
        self.line = line
        self.batch: Batch | None = None
        """What it is a part of, if it is."""
        self._owner = owner
        self._origin = origin
        self._news = ""
        self._before = (line.versions, line.own)
        self._entry: Entry | None = None

    def apply(self) -> None:
        """Make the change and record it."""
        line = self.line
        self._before = (line.versions, line.own)
        self._news = self.make()
        self._owner.trace.record(Kind.PATCH, line.name, note=self._news)
        if line.own is None or len(line.versions) > len(self._before[0]):
            self._entry = self._owner.history.add(
                self.what,
                [Move(line.key, line.name, self._before[1], line.own)],
                origin=self._origin,
                seq=self.seq - 1,
                batch=self.batch,
            )

    def revert(self) -> None:
        """Take the change back."""
        self.line.versions, self.line.own = self._before
        self._owner.trace.record(Kind.PATCH, self.line.name, note="taken back")
        if self._entry is not None:
            self._owner.history.forget(self._entry)

    def announce(self) -> None:
        """Tell people what the change was."""
        self._owner.announce(f"{self.line.name} {self._news}")

    @abstractmethod
    def make(self) -> str:
        """Change the line; return what to say after the hook's name."""

    @property
    def seq(self) -> int:
        """Number of the first access that meets the change."""
        return self._owner.trace.accesses + 1


class Define(Change):
    """Put a function at the hook."""

    what = DEFINE

    def __init__(
        self, line: Line, owner: Owner, origin: Origin, function: Callable[..., Any]
    ) -> None:
        super().__init__(line, owner, origin)
        self._function = function
        self._source = source_of(function)
        self._place = place_of(function)

    def make(self) -> str:
        """Define the function."""
        new = self.line.define(
            self._function, self._source, self._place, self.seq, self._owner.probation
        )
        return f"{_told(self.line)}, {f'from access {self.seq}' if new else 'unchanged'}"


class Clear(Change):
    """Leave no version current."""

    what = CLEAR

    def make(self) -> str:
        """Make no version current."""
        self.line.own = None
        return f"{_told(self.line)}, from access {self.seq}"


class Restore:
    """Makes versions of the past current again, at any number of hooks.

    A version that has not shown yet that it works, or has failed, is on probation again.
    """

    def __init__(self, what: str, moves: tuple[Move, ...], owner: Owner, origin: Origin) -> None:
        self._what = what
        self._moves = moves
        self._owner = owner
        self._origin = origin
        self._news: list[str] = []

    def apply(self) -> None:
        """Take the versions up, of the hooks that there still are."""
        seq = self._owner.trace.accesses + 1
        done: list[Move] = []
        for move in self._moves:
            line = self._owner.line(move.hook)
            if line is None:
                continue
            before = line.own
            line.own = None if move.after is None else line.numbered(move.after.number)
            if line.own is not None and (line.own.on_probation or line.own.failures):
                line.own.trial.begin_again()
            done.append(Move(move.hook, line.name, before, line.own))
            again = " again" if line.current is not None else ""
            news = f"{_told(line)}{again}, from access {seq}"
            self._owner.trace.record(Kind.PATCH, line.name, note=news)
            self._news.append(f"{line.name} {news}")
        self._owner.history.add(self._what, done, origin=self._origin, seq=seq - 1)

    def announce(self) -> None:
        """Tell people of every hook."""
        for news in self._news:
            self._owner.announce(news)


def submit(change: Change, owner: Owner) -> None:
    """Make a change now, or with the batch that is being collected."""
    owner.check_patchable()
    batch = owner.batch
    if batch is not None:
        change.batch = batch
        batch.add(change)
    else:
        owner.run(change.apply)
        change.announce()


def restore(step: Restore, owner: Owner) -> None:
    """Make a step back now; raises PatchError while a batch is collected, which is the future."""
    owner.check_patchable()
    if owner.batch is not None:
        raise PatchError("a patch is being collected: undo, redo and go back outside of its block")
    step.apply()
    step.announce()


def _told(line: Line) -> str:
    current = line.current
    return f"v{current.number}" if current is not None else "not defined"
