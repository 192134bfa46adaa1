"""The two system calls of an access: receive what has come, send what was packed.

Neither waits, and neither raises where there is nothing to receive or no room to send.
"""

import array
import os
import socket
from collections.abc import Iterable, Sequence

from muserlab.proto import SLACK, Outbox

BUFFER_SIZE = 1 << 17
"""Bytes that are received at once. A write of 64 KiB that lies in it whole takes the fast lane."""

_MAX_FDS = 253
"""The most descriptors that the kernel passes in one message (SCM_MAX_FD)."""

ANCILLARY_SIZE = socket.CMSG_SPACE(_MAX_FDS * 4)

# As plain ints: the arithmetic of socket's enums would cost as much as the call itself.
CLOSE_ON_EXEC = int(socket.MSG_CMSG_CLOEXEC)
DESCRIPTORS_LOST = int(socket.MSG_CTRUNC)


class WireClosed(Exception):
    """The other side is gone, or what it sent cannot be received."""


class Calls:
    """Receives into a buffer and sends from an outbox, by the methods of a non-blocking socket.

    buffer: what was received lies at its beginning.
    fds: the descriptors that came with it and were not taken yet.
    """

    def __init__(self, sock: socket.socket, outbox: Outbox) -> None:
        self.buffer = bytearray(BUFFER_SIZE + SLACK)
        self.fds: Sequence[int] = ()
        self.socket = sock
        self.outbox = outbox
        self._buffers = (memoryview(self.buffer)[:BUFFER_SIZE],)
        self._packed = memoryview(outbox.room)

    def receive(self) -> int:
        """Return how many bytes came, 0 if none are there now.

        A receive ends with the segment that carries descriptors (unix(7)), so they belong to the
        last message that begins in it. Raises WireClosed at the end of the stream, when the
        connection broke, and when the kernel could not hand over every descriptor.
        """
        try:
            count, ancillary, flags, _ = self.socket.recvmsg_into(
                self._buffers, ANCILLARY_SIZE, CLOSE_ON_EXEC
            )
        except BlockingIOError:
            return 0
        except OSError as error:
            raise WireClosed(f"the connection broke: {error}") from None
        if not count or ancillary or flags & DESCRIPTORS_LOST:
            self.take_in(count, ancillary, flags)
        return count

    def take_in(self, count: int, ancillary: Iterable[tuple[int, int, bytes]], flags: int) -> None:
        """Take what is not just bytes: descriptors, and the stream's end."""
        fds = array.array("i")
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        if flags & DESCRIPTORS_LOST:
            close_all(fds)
            raise WireClosed(
                "file descriptors were lost on the way: this process may have too many open"
            )
        if not count:
            raise WireClosed("the client closed the connection")
        self.fds = fds.tolist()

    def take_fds(self) -> Sequence[int]:
        """Hand over the descriptors that came."""
        fds, self.fds = self.fds, ()
        return fds

    def send(self) -> int:
        """Send what is in the outbox; return how many bytes the socket did not take: what is left.

        Raises WireClosed when the connection broke.
        """
        outbox = self.outbox
        packed, tail = self._packed[: outbox.filled], outbox.tail
        return outbox.drop(self.send_parts((packed, tail) if tail else (packed,)))

    def send_parts(self, parts: Sequence[bytes | memoryview], fds: Sequence[int] = ()) -> int:
        """Return how many bytes of several parts the socket took; the fds go with the first."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else ()
        try:
            return self.socket.sendmsg(parts, rights)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise WireClosed(f"the connection broke: {error}") from None

    def share_cpu(self, shared: bool) -> None:
        """Learn whether client and server have their only CPU in common, from now on."""

    def settle(self) -> None:
        """Leave nothing in the socket that was received; whoever waits for more does so first."""

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def close_all(fds: Iterable[int]) -> None:
    """Close descriptors."""
    for fd in fds:
        os.close(fd)
