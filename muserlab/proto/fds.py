"""File descriptors that arrived: who must close them is never in doubt."""

import os
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Fds:
    """The fds that came with one message, owned until they are taken or closed.

    They keep the order in which they were sent; taking one leaves the others where they are.

    too_many: whether there were more than are taken with one message; then none is left.
    """

    __slots__ = ("_custody", "_fds", "too_many")

    def __init__(self, fds: Iterable[int] = (), custody: "Custody | None" = None) -> None:
        self._fds: list[int | None] = list(fds)
        self._custody = custody
        self.too_many = False

    def __len__(self) -> int:
        """Return how many came, whether or not they were taken since."""
        return len(self._fds)

    def __repr__(self) -> str:
        return f"Fds({self._fds})"

    def take(self, index: int) -> int:
        """Hand the fd at an index over to the caller; raises `IndexError` if there is none."""
        fd = self._fds[index] if 0 <= index < len(self._fds) else None
        if fd is None:
            msg = f"no fd at index {index}: {len(self._fds)} came, or it was taken"
            raise IndexError(msg)
        self._fds[index] = None
        return fd

    def take_all(self) -> tuple[int, ...]:
        """Hand every fd that is left over to the caller, in order."""
        left = tuple(fd for fd in self._fds if fd is not None)
        self._fds = [None] * len(self._fds)
        if self._custody is not None:
            self._custody.forget(self)
        return left

    def close(self) -> None:
        """Close every fd that was not taken."""
        close_all(self.take_all())

    def add(self, fds: Iterable[int], limit: int) -> None:
        """Own more fds, or close them all where they are more than the limit."""
        self._fds += fds
        if self.too_many or len(self._fds) > limit:
            self.close()
            self._fds.clear()
            self.too_many = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


NO_FDS = Fds()
"""What came with a message that came without fds; holds nothing, so that all can share it."""


class Custody:
    """Every fd that one connection received and nobody has taken yet."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: set[Fds] = set()

    def open(self) -> Fds:
        """Return a place for fds that have just arrived."""
        fds = Fds((), self)
        self._held.add(fds)
        return fds

    def forget(self, fds: Fds) -> None:
        """Stop caring for fds, as they were all taken or closed."""
        self._held.discard(fds)

    def close(self) -> None:
        """Close whatever nobody took."""
        for fds in tuple(self._held):
            fds.close()


def close_all(fds: Iterable[int]) -> None:
    """Close fds, every one of them: Linux lets go of an fd even where close reports an error."""
    for fd in fds:
        with suppress(OSError):
            os.close(fd)
