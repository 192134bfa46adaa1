"""What a running hook does, so that a failing one can be undone.

A hook that raises halfway must leave no half-done work: the version before it answers the same
access and has to find everything as it was. So while a version is on probation a journal notes what
it pokes, what it changes of the device's state and the work that it starts, and holds back the
interrupts that it fires until it has returned. The current journal lies in a context variable, so
that an async hook keeps its own while others run.

A new definition takes a device's place in the same way: whatever it changes is noted, what could
not be undone is held back until nothing speaks against it any more.

Only what still is as the hook left it is restored: another access may have changed it while an
async hook slept, and that is not ours to undo. What has left the device, as a DMA write has, stays.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol


class Bytes(Protocol):
    """Storage that a poke changes: an mmap or a bytearray."""

    def __getitem__(self, key: slice, /) -> bytes | bytearray: ...
    def __setitem__(self, key: slice, value: bytes, /) -> None: ...


_current: ContextVar["Journal | None"] = ContextVar("muserlab_journal", default=None)

running = _current.get
"""Return the journal of the hook that is running here, if it has one."""

Act = Callable[[], object]


class Journal:
    """One hook's run; making it is its beginning, commit or rollback its end.

    `foreseen` is what things will be once that is done which is held back, for who asks meanwhile.
    `seen` is for who watches what the hook looks at. One that `sleeps` is of an async hook, during
    which others may run.
    """

    __slots__ = ("_held", "_outer", "_sleeps", "_undo", "foreseen", "seen")

    def __init__(self, *, sleeps: bool = False) -> None:
        self._undo: list[Act] | None = []
        self._held: list[Act] = []
        self._outer = running()
        self.foreseen: dict[object, Any] = {}
        self.seen: dict[object, Any] = {}
        self._sleeps = sleeps
        if sleeps:
            SLEEPERS.add(self)
        _current.set(self)

    @property
    def lineage(self) -> Iterator["Journal"]:
        """The journal, and those of the hooks that called its hook, innermost first."""
        journal: Journal | None = self
        while journal is not None:
            yield journal
            journal = journal._outer

    def note(self, undo: Act) -> None:
        """Call undo if the hook fails."""
        if self._undo is not None:
            self._undo.append(undo)

    def hold(self, act: Act) -> None:
        """Call act when the hook has returned, and not at all if it fails.

        A task that the hook started may come here later, when there is nothing to wait for.
        """
        if self._undo is None:
            act()
        else:
            self._held.append(act)

    def commit(self) -> None:
        """Keep what was done; it becomes the deeds of the hook that called this one, if any."""
        undo = self._leave()
        outer = self._outer
        if outer is not None and outer._undo is not None:
            outer._undo += undo
            outer._held += self._held
            outer.foreseen |= self.foreseen
        elif self._held:
            held, self._held = self._held, []
            for act in held:
                act()

    def rollback(self) -> None:
        """Take back what was done, last one first."""
        undo = self._leave()
        self._held.clear()
        for take_back in reversed(undo):
            take_back()

    def _leave(self) -> list[Act]:
        # A task that the hook spawned inherits the variable and outlives the hook: without a list
        # what it does is its own.
        undo, self._undo = self._undo or [], None
        if self._sleeps:
            SLEEPERS.discard(self)
        _current.set(self._outer)
        return undo


SLEEPERS: set[Journal] = set()
"""The journals of async hooks that have not returned."""


def when_returned(act: Callable[[], object]) -> None:
    """Call act when the hook on probation that is running here has returned; else now."""
    journal = running()
    if journal is None:
        act()
    else:
        journal.hold(act)


def noted(undo: Callable[[], object]) -> None:
    """Have undo called if what is running here fails."""
    journal = _current.get()
    if journal is not None:
        journal.note(undo)


def assign(target: object, **values: object) -> None:
    """Set attributes, as long as nothing that is running here fails."""
    before = {name: getattr(target, name) for name in values}
    noted(lambda: _set(target, before))
    _set(target, values)


def in_hook() -> bool:
    """Tell whether a hook is running, or a task that one has started."""
    return _current.get() is not None


def poke(storage: Bytes, offset: int, data: bytes) -> None:
    """Put data into storage, noting it where a hook on probation is running."""
    journal = running()
    if journal is not None:
        end = offset + len(data)
        before, put = bytes(storage[offset:end]), bytes(data)

        def undo() -> None:
            for start, stop in _kept(storage[offset:end], put):
                storage[offset + start : offset + stop] = before[start:stop]

        journal.note(undo)
    storage[offset : offset + len(data)] = data


def _set(target: object, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(target, name, value)


def _kept(now: bytes | bytearray, put: bytes) -> list[tuple[int, int]]:
    """Byte ranges in which now is still what was put."""
    if now == put:
        return [(0, len(put))]
    return [(i, i + 1) for i in range(len(put)) if now[i] == put[i]]
