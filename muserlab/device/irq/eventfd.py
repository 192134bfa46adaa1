"""A client's eventfd, owned here."""

import os
import select
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from muserlab.device.errors import IrqError
from muserlab.device.irq.aio import SIGNALS

_KIND = "anon_inode:[eventfd]"


class EventFd:
    """An eventfd that closes exactly once.

    The client made it, so its counter may be full and it may be in blocking mode, where a write
    would wait for the client. Setting O_NONBLOCK would change the client's own end, which is the
    same open file. So it is signalled by the kernel itself (`aio`), which adds one whatever the
    client does. Only where that is not possible it is written to, after asking for room; between
    these two a client that fills the counter on purpose could make the write wait.
    """

    __slots__ = ("_fd", "_room", "_send")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._send = SIGNALS.to(fd)
        self._room = select.poll()
        self._room.register(fd, select.POLLOUT)

    def signal(self) -> None:
        """Add one to the counter; never wait."""
        if self._send is None or self._send() != 1:
            self._signal_anew()

    def _signal_anew(self) -> None:
        if self._send is not None:
            SIGNALS.make_room()
            if self._send() == 1:
                return
            self._send = None
        if self._room.poll(0):  # no room: one more would tell the client nothing new
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
