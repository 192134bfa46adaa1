"""A client's eventfd, owned here."""

import os
import select
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from muserlab.device.errors import IrqError

_KIND = "anon_inode:[eventfd]"


class EventFd:
    """An eventfd that closes exactly once.

    The client made it, so its counter may be full and it may be in blocking mode, where a write
    would wait for the client. Setting O_NONBLOCK would change the client's own end, which is the
    same open file. So each write asks first whether there is room; where there is none the client
    has not read 2**64 - 2 earlier events, and one more tells it nothing new.
    Between the two calls only a client that fills the counter on purpose, again and again, can
    make the write wait: Linux has no write to an eventfd that is non-blocking by itself.
    """

    __slots__ = ("_fd", "_room")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._room = select.poll()
        self._room.register(fd, select.POLLOUT)

    def signal(self) -> None:
        """Add one to the counter; never wait."""
        if self._room.poll(0):
            os.eventfd_write(self._fd, 1)

    def close(self) -> None:
        """Close the fd; harmless the second time."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def check_eventfds(fds: Sequence[int]) -> None:
    """Raise IrqError unless each is an eventfd: a write to anything else might wait for ever."""
    if len(set(fds)) < len(fds):
        raise IrqError("the same fd was given for several interrupts")
    for fd in fds:
        kind = _kind(fd)
        if kind != _KIND:
            raise IrqError(f"an interrupt needs an eventfd; the client sent {kind}")


def close_all(fds: Sequence[int]) -> None:
    """Close fds that nothing owns yet, each once; one that is closed already is left alone."""
    for fd in set(fds):
        with suppress(OSError):
            os.close(fd)


def _kind(fd: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{fd}").readlink())
    except OSError:
        return "a closed fd"
