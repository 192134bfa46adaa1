"""What was patched, by whom, when, and what came of it; and the way back to any point of that."""

import time
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import overload

from muserlab.live.diff import Diff
from muserlab.live.errors import PatchError
from muserlab.live.origin import Origin, origin_here
from muserlab.live.version import Version

DEFINE, CLEAR = "define", "clear"
UNDO, REDO, BACK, PUT_BACK = "undo", "redo", "back", "put back"


Run = Callable[..., object]
"""Calls a function with arguments on the thread that calls hooks."""


@dataclass(frozen=True, slots=True)
class Move:
    """One hook's current version, before and after.

    `hook` finds the hook again, also in a later definition of its owner; see Owner.line.
    """

    hook: Hashable
    name: str
    before: Version | None
    after: Version | None


@dataclass(slots=True, eq=False)
class Entry:
    """One patch.

    number   counts from 1 within the history
    when     seconds since the epoch
    origin   who made it, and from which cell or line of a file
    what     "define", "clear", "undo", "redo", "back", "put back"
    seq      how many accesses there had been
    moves    what it did to which hooks; usually to one
    batch    the same object in all that were made as one
    changed  when it was made, taken back or made again last; nanoseconds, from an arbitrary start
    """

    number: int
    origin: Origin
    what: str
    seq: int
    moves: tuple[Move, ...]
    batch: object | None = None
    when: float = field(default_factory=time.time)
    changed: int = field(default_factory=time.monotonic_ns)

    @property
    def hook(self) -> str:
        """The hook's name, or how many hooks there were."""
        return self.moves[0].name if len(self.moves) == 1 else f"{len(self.moves)} hooks"

    @property
    def version(self) -> Version | None:
        """The version that is current after it, of a patch of one hook."""
        return self.moves[0].after if len(self.moves) == 1 else None

    @property
    def outcome(self) -> str:
        """What has become of the version by now."""
        if self.version is None:
            return ""
        return self.version.state

    def diff(self) -> Diff:
        """Return what it changed, as unified diffs."""
        changed = (move for move in self.moves if move.after is not None)
        return Diff("\n".join(Diff.between(m.name, m.before, m.after) for m in changed if m.after))

    def cells(self) -> tuple[str, ...]:
        """Return the text of each column of a table of entries; see COLUMNS."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.when))
        version = f"v{self.version.number}" if self.version is not None else ""
        return (
            str(self.number),
            clock,
            self.origin.who,
            self.origin.place,
            str(self.seq),
            self.hook,
            f"{self.what} {version}".rstrip(),
            self.outcome,
        )

    def __str__(self) -> str:
        """Tell it in a line."""
        number, clock, who, place, seq, hook, what, outcome = self.cells()
        where = f" in {place}" if place else ""
        told = f"#{number} {clock} {who}{where}, after {seq} accesses: {hook} {what}"
        return f"{told}; {outcome}" if outcome else told

    __repr__ = __str__


Apply = Callable[[str, tuple[Move, ...], Origin], None]
"""Takes what it is, the moves to make, and who makes them."""

COLUMNS = ("#", "time", "who", "where", "accesses", "hook", "patch", "outcome")
"""The titles of `Entry.cells`."""


class Entries(tuple[Entry, ...]):
    """Some entries of a history, which show themselves as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show a line for each, in columns."""
        return _table([COLUMNS, *(entry.cells() for entry in self)])


class History:
    """The patches of one owner's hooks, oldest first, each with what undoes it.

    Undoing is a patch too and is listed like one: nothing is ever taken out of a history. `apply`
    makes moves, and adds the entry for them with `add`; `run` calls a function on the thread that
    calls hooks.
    """

    def __init__(self, apply: Apply, run: Run) -> None:
        self._apply = apply
        self._run = run
        self._entries: list[Entry] = []
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._batch: object | None = None

    # -- what patches do -------------------------------------------------------------------------

    def add(
        self,
        what: str,
        moves: Iterable[Move],
        *,
        origin: Origin,
        seq: int,
        batch: object | None = None,
    ) -> Entry:
        """Append an entry."""
        number = self._entries[-1].number + 1 if self._entries else 1
        entry = Entry(number, origin, what, seq, tuple(moves), batch or self._batch)
        self._entries.append(entry)
        if what == PUT_BACK:
            self._take_back(entry.moves)
        elif what not in (UNDO, REDO):
            self._done.append(entry)
            self._undone.clear()
        return entry

    def forget(self, entry: Entry) -> None:
        """Take an entry out again whose patch was refused after all, with others of its batch."""
        for entries in (self._entries, self._done):
            if entry in entries:
                entries.remove(entry)

    def begin_with(self, other: "History") -> None:
        """Take in what was patched at hooks that stand behind the owner's, before there was it."""
        known = [entry.moves for entry in self._entries]
        for entry in other._entries:
            if not any(entry.moves is moves for moves in known):
                mine = replace(entry, number=len(self._entries) + 1)
                self._entries.append(mine)
                for entries, its in ((self._done, other._done), (self._undone, other._undone)):
                    if entry in its:
                        entries.append(mine)

    def succeed(self, former: "History") -> None:
        """Go on where the history of a former definition of the owner ended.

        What was patched here before is left out: hooks tell what they bring when they succeed.
        """
        self._entries = [*former._entries]
        self._done, self._undone = [*former._done], [*former._undone]

    @contextmanager
    def as_one(self) -> Generator[None]:
        """Let what is added meanwhile be undone together."""
        self._batch = object()
        try:
            yield
        finally:
            self._batch = None

    def _take_back(self, moves: tuple[Move, ...]) -> None:
        """Count the patch that put a failed version there as undone, so that redo has it again."""
        for entry in reversed(self._done):
            if any(_leads_to(move, back) for move in entry.moves for back in moves):
                self._shift([entry], self._done, self._undone)
                return

    # -- what people do --------------------------------------------------------------------------

    def undo(self, hook: Hashable = None, origin: Origin | None = None) -> None:
        """Take the last patch back that is not taken back yet; of a batch, all of it.

        Of one hook's patches only, if its key is given. Raises PatchError where there is none.
        """
        self._run(self._undo, hook, origin or origin_here())

    def redo(self, hook: Hashable = None, origin: Origin | None = None) -> None:
        """Make the patch again that was taken back last, by a person or because it failed."""
        self._run(self._redo, hook, origin or origin_here())

    def back_to(self, point: int | float, origin: Origin | None = None) -> None:
        """Bring every hook back to what it was after entry number `point`, 0 being the beginning.

        A float is a time in seconds since the epoch. Raises PatchError where every hook is so.
        """
        self._run(self._back_to, point, origin or origin_here())

    @property
    def last_done(self) -> Entry | None:
        """The patch that `undo` would take back."""
        return self._done[-1] if self._done else None

    @property
    def last_undone(self) -> Entry | None:
        """The patch that `redo` would make again."""
        return self._undone[-1] if self._undone else None

    def _undo(self, hook: Hashable, origin: Origin) -> None:
        taken = self._last(self._done, hook, "undo")
        moves = [Move(m.hook, m.name, m.after, m.before) for e in taken for m in reversed(e.moves)]
        self._apply(UNDO, tuple(moves), origin)
        self._shift(taken, self._done, self._undone)

    def _redo(self, hook: Hashable, origin: Origin) -> None:
        taken = self._last(self._undone, hook, "redo")
        moves = [move for entry in taken for move in entry.moves]
        self._apply(REDO, tuple(moves), origin)
        self._shift(taken, self._undone, self._done)

    def _back_to(self, point: int | float, origin: Origin) -> None:
        by_time = isinstance(point, float)
        later = [e for e in self._entries if (e.when if by_time else e.number) > point]
        first: dict[Hashable, Move] = {}
        last: dict[Hashable, Move] = {}
        for entry in later:
            for move in entry.moves:
                first.setdefault(move.hook, move)
                last[move.hook] = move
        moves = [
            Move(key, first[key].name, last[key].after, first[key].before)
            for key in first
            if _number(last[key].after) != _number(first[key].before)
        ]
        if not moves:
            raise PatchError(f"every hook is as it was after patch {point} already")
        self._apply(BACK, tuple(moves), origin)

    @staticmethod
    def _last(entries: list[Entry], hook: Hashable, verb: str) -> list[Entry]:
        """Return the last entry with those of its batch, or a hook's part of its last one."""
        for entry in reversed(entries):
            if hook is None:
                same = (e for e in reversed(entries) if e is entry or e.batch is entry.batch)
                return [entry] if entry.batch is None else [*same]
            if any(move.hook == hook for move in entry.moves):
                return [_part(entries, entry, hook)]
        raise PatchError(f"there is nothing to {verb}" + ("" if hook is None else " at this hook"))

    @staticmethod
    def _shift(taken: list[Entry], source: list[Entry], target: list[Entry]) -> None:
        for entry in taken:
            source.remove(entry)
            target.append(entry)
            entry.changed = time.monotonic_ns()

    # -- looking ---------------------------------------------------------------------------------

    def of(self, hook: Hashable) -> Entries:
        """Return the entries of one hook."""
        return Entries(e for e in self._entries if any(move.hook == hook for move in e.moves))

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> Entries: ...
    def __getitem__(self, at: int | slice) -> Entry | Entries:
        return Entries(self._entries[at]) if isinstance(at, slice) else self._entries[at]

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        """Show every entry in a line."""
        return repr(Entries(self._entries))


def _number(version: Version | None) -> int:
    return 0 if version is None else version.number


def _leads_to(move: Move, back: Move) -> bool:
    """Tell whether a move put the version there that another one takes away."""
    if move.hook != back.hook or move.after is None or back.before is None:
        return False
    return move.after.number == back.before.number


def _part(entries: list[Entry], entry: Entry, hook: Hashable) -> Entry:
    """Return an entry with the moves of one hook; one with the others stays behind in entries."""
    others = tuple(move for move in entry.moves if move.hook != hook)
    if not others:
        return entry
    at = entries.index(entry)
    part = replace(entry, moves=tuple(move for move in entry.moves if move.hook == hook))
    entries[at : at + 1] = [replace(entry, moves=others), part]
    return part


def _table(lines: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(row.rstrip() for row in rows)
