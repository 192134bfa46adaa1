"""Bytes and file descriptors over a Unix stream socket, without waiting where nothing waits.

A socket that has data is read at once; only one that has none costs a visit to the event loop
(about twice the price of the whole access). Replies are collected and leave together.
"""

import array
import os
import select
import socket
from collections import deque
from collections.abc import Sequence

import trio

BUFFER_SIZE = 1 << 16

SOCKET_BUFFER = 1 << 20
"""Asked of the kernel for what we send, so that a transfer of 1 MiB needs few turns."""

_MAX_FDS = 253
"""The most descriptors that the kernel passes in one message (SCM_MAX_FD)."""

# As plain ints: the arithmetic of socket's enums would cost as much as the receive itself.
_CLOSE_ON_EXEC = int(socket.MSG_CMSG_CLOEXEC)
_DESCRIPTORS_LOST = int(socket.MSG_CTRUNC)

_ANCILLARY_SIZE = socket.CMSG_SPACE(_MAX_FDS * 4)


class WireClosed(Exception):
    """The other side is gone, or what it sent cannot be received."""


class Wire:
    """One end of a connected Unix stream socket.

    Resource handling: owns the socket, and the descriptors that wait to be sent. Received
    descriptors are the caller's, and are closed on exec.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
        self._socket = sock
        self._buffer = memoryview(bytearray(BUFFER_SIZE))
        self._buffers = (self._buffer,)
        self._batch: list[bytes] = []
        self._backlog: deque[tuple[memoryview, tuple[int, ...]]] = deque()
        self._sending = trio.Lock()

    async def receive(self) -> tuple[memoryview, Sequence[int]]:
        """Return the next bytes and the descriptors that came with them.

        The bytes lie in a buffer that the next call fills again. A receive ends with the segment
        that carries descriptors (unix(7)), so they belong to the last message that begins here.

        Raises WireClosed at the end of the stream, when the connection broke, and when the kernel
        could not hand over every descriptor.
        """
        while True:
            try:
                count, ancillary, flags, _ = self._socket.recvmsg_into(
                    self._buffers, _ANCILLARY_SIZE, _CLOSE_ON_EXEC
                )
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)
                continue
            except OSError as error:
                raise WireClosed(f"the connection broke: {error}") from None
            fds = _descriptors(ancillary) if ancillary else ()
            if flags & _DESCRIPTORS_LOST:
                _close_all(fds)
                raise WireClosed(
                    "file descriptors were lost on the way: this process may have too many open"
                )
            if not count:
                raise WireClosed("the client closed the connection")
            return self._buffer[:count], fds

    def post(self, data: bytes, fds: Sequence[int] = ()) -> None:
        """Put a message into the queue; flush sends it. The descriptors stay the caller's."""
        if fds:
            self._seal()
            self._backlog.append((memoryview(data), tuple(os.dup(fd) for fd in fds)))
        else:
            self._batch.append(data)

    def flush(self) -> bool:
        """Send as much of the queue as the socket takes now; return whether that was all.

        Raises WireClosed when the connection broke.
        """
        if self._backlog:
            return self._flush_backlog()
        if self._batch:
            data = self._take_batch()
            sent = self._send(data)
            if sent < len(data):
                self._backlog.append((memoryview(data)[sent:], ()))
                return False
        return True

    def _flush_backlog(self) -> bool:
        self._seal()
        backlog = self._backlog
        while backlog:
            data, fds = backlog[0]
            sent = self._send(data, fds)
            if sent:
                # Descriptors go with the first byte: what is left of the message is bytes alone.
                _close_all(fds)
                backlog[0] = data[sent:], ()
            if sent < len(data):
                return False
            backlog.popleft()
        return True

    async def drain(self) -> None:
        """Send the whole queue, waiting for the socket as long as it takes."""
        async with self._sending:
            while not self.flush():
                try:
                    await trio.lowlevel.wait_writable(self._socket)
                except trio.ClosedResourceError:
                    raise WireClosed("the connection was closed") from None

    @property
    def hung_up(self) -> bool:
        """Whether the other side sends no more, even if not all of it was received yet."""
        poll = select.poll()
        poll.register(self._socket, select.POLLRDHUP)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Close the socket and the descriptors that were not sent; wakes whoever waits."""
        for _, fds in self._backlog:
            _close_all(fds)
        self._backlog.clear()
        self._batch.clear()
        if self._socket.fileno() != -1:
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()

    def _seal(self) -> None:
        if self._batch:
            self._backlog.append((memoryview(self._take_batch()), ()))

    def _take_batch(self) -> bytes:
        data = self._batch[0] if len(self._batch) == 1 else b"".join(self._batch)
        self._batch.clear()
        return data

    def _send(self, data: bytes | memoryview, fds: Sequence[int] = ()) -> int:
        """Return how many bytes the socket took: 0 where it has no room now."""
        try:
            if not fds:
                return self._socket.send(data)
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
            return self._socket.sendmsg([data], [rights])
        except BlockingIOError:
            return 0
        except OSError as error:
            raise WireClosed(f"the connection broke: {error}") from None


def _descriptors(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return fds.tolist()


def _close_all(fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)
