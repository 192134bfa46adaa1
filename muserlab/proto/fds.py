"""File descriptors that arrived: who must close them is never in doubt."""

import os
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Fds:
    """The fds that came with one message, owned until they are taken or closed.

    They keep the order in which they were sent; taking one leaves the others where they are.
    """

    __slots__ = ("_custody", "_fds")

    def __init__(self, fds: Iterable[int] = (), custody: "Custody | None" = None) -> None:
        self._fds: list[int | None] = list(fds)
        self._custody = custody

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
        self._leave()
        return left

    def close(self) -> None:
        """Close every fd that was not taken."""
        for fd in self.take_all():
            os.close(fd)

    def _leave(self) -> None:
        if self._custody is not None:
            self._custody.forget(self)
            self._custody = None

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

    def hold(self, fds: Iterable[int]) -> Fds:
        """Become the owner of fds that have just arrived."""
        held = Fds(fds, self)
        self._held.add(held)
        return held

    def forget(self, fds: Fds) -> None:
        """Stop caring for fds, as they were all taken or closed."""
        self._held.discard(fds)

    def close(self) -> None:
        """Close whatever nobody took."""
        for fds in tuple(self._held):
            fds.close()
