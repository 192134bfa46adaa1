"""The file behind a region of a client's memory, as people look at it."""

import os
from collections.abc import Callable, Iterator
from threading import Lock
from typing import ParamSpec, TypeVar

from muserlab.device.errors import DmaFault
from muserlab.device.memory import Span, pages_of_file

P = ParamSpec("P")
T = TypeVar("T")


class ClientFile:
    """An fd of the client's, and where in it a region begins. Owns the fd.

    Looking goes by system calls even where the memory is mapped: what nobody has touched would be
    given pages if it were looked at through the mapping. It may be done on any thread, and the lock
    keeps the fd from being closed, and its number from being used anew, meanwhile.
    """

    def __init__(self, fd: int, start: int) -> None:
        self._start = start
        self._fd: int | None = fd
        self._lock = Lock()

    def peek(self, offset: int, count: int) -> bytes:
        """Return bytes of the region; raises DmaFault where the file ends before them."""
        with self._lock:
            return read_file(self._open_fd(), self._start + offset, count)

    def touched(self, offset: int, count: int) -> Iterator[Span]:
        """Yield, as offsets in the region, what was ever written of a range of it."""
        at = self._start + offset
        with self._lock:
            try:
                spans = list(pages_of_file(self._open_fd(), at, at + count))
            except OSError:  # the file may not be opened again: it is another user's
                spans = [(at, at + count)]
        return ((start - self._start, end - self._start) for start, end in spans)

    def close(self) -> None:
        """Close the fd."""
        with self._lock:
            fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _open_fd(self) -> int:
        if self._fd is None:
            raise DmaFault("the client has taken the memory back")
        return self._fd


def read_file(fd: int, at: int, count: int) -> bytes:
    """Return bytes of a client's file; raises DmaFault where it ends before them."""
    parts: list[bytes] = []
    end = at + count
    while at < end:
        part = attempt(os.pread, fd, end - at, at)
        if not part:
            raise DmaFault(f"the client's file ends at {at:#x}, before {end:#x}")
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def attempt(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Make a system call on the client's file; its OSError becomes a DmaFault with that errno."""
    try:
        return fn(*args, **kwargs)
    except OSError as error:
        raise DmaFault(f"the client's DMA memory: {error.strerror}", error.errno) from error
