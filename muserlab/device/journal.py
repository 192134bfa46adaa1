"""What a running hook poked, so that a failing one can be undone.

A hook that raises halfway must leave no half-done work: the version before it answers the same
access and has to find the registers as they were. The current journal lies in a context variable,
so that an async hook keeps its own while others run.

Only bytes that still hold what the hook put there are restored: another access may have written
them while an async hook slept, and its write is not ours to undo.
"""

from contextvars import ContextVar
from typing import Protocol


class Bytes(Protocol):
    """Storage that a poke changes: an mmap or a bytearray."""

    def __getitem__(self, key: slice, /) -> bytes | bytearray: ...
    def __setitem__(self, key: slice, value: bytes, /) -> None: ...


_current: ContextVar["Journal | None"] = ContextVar("muserlab_journal", default=None)


class Journal:
    """The pokes of one hook's run; entering is making one, leaving is commit or rollback."""

    __slots__ = ("_outer", "_pokes")

    def __init__(self) -> None:
        self._pokes: list[tuple[Bytes, int, bytes, bytes]] | None = []
        self._outer = _current.get()
        _current.set(self)

    def note(self, storage: Bytes, offset: int, new: bytes) -> None:
        """Remember what lies at offset before new goes there."""
        if self._pokes is not None:
            old = bytes(storage[offset : offset + len(new)])
            self._pokes.append((storage, offset, old, new))

    def commit(self) -> None:
        """Keep the pokes; they become those of the hook that called this one, if any."""
        pokes = self._leave()
        if self._outer is not None and self._outer._pokes is not None:
            self._outer._pokes += pokes

    def rollback(self) -> None:
        """Take the pokes back, last one first."""
        for storage, offset, old, new in reversed(self._leave()):
            for start, end in _kept(storage[offset : offset + len(new)], new):
                storage[offset + start : offset + end] = old[start:end]

    def _leave(self) -> list[tuple[Bytes, int, bytes, bytes]]:
        # A task that the hook spawned inherits the variable and outlives the hook: without a list
        # its pokes are its own.
        pokes, self._pokes = self._pokes or [], None
        _current.set(self._outer)
        return pokes


def in_hook() -> bool:
    """Tell whether a hook is running, or a task that one has started."""
    return _current.get() is not None


def poke(storage: Bytes, offset: int, data: bytes) -> None:
    """Put data into storage, noting it where a hook is running."""
    journal = _current.get()
    if journal is not None:
        journal.note(storage, offset, data)
    storage[offset : offset + len(data)] = data


def _kept(now: bytes | bytearray, put: bytes) -> list[tuple[int, int]]:
    """Byte ranges in which now is still what was put."""
    if now == put:
        return [(0, len(put))]
    return [(i, i + 1) for i in range(len(put)) if now[i] == put[i]]
