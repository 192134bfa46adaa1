"""Bytes and file descriptors over a Unix stream socket, without waiting where nothing waits.

A socket that has data is read at once; only one that has none costs a visit to the event loop
(about half the price of a whole access). Replies are collected and leave together.
"""

import os
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

import trio

from muserlab.proto import Outbox
from muserlab.server.calls import Calls, WireClosed, close_all
from muserlab.server.spin import Spin
from muserlab.server.turn import Turn

BestCalls: type[Calls] = Calls
with suppress(ImportError):  # where there is no ctypes, or other structures in C
    from muserlab.server.heldcalls import HeldCalls

    BestCalls = HeldCalls

SOCKET_BUFFER = 1 << 20
"""Asked of the kernel for what we send, so that a transfer of 1 MiB needs few turns."""


class Wire:
    """One end of a connected Unix stream socket.

    calls: receives what is there, without waiting.
    outbox: what is to be sent, packed in place; `flush` sends it.
    backlog: what is to be sent before that, as the socket had no room for it.

    Resource handling: owns the socket, and the descriptors that wait to be sent. Received
    descriptors are the caller's, and are closed on exec.
    """

    def __init__(self, sock: socket.socket, calls: type[Calls] = BestCalls) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
        self.outbox = Outbox()
        self.calls = calls(sock, self.outbox)
        self._socket = sock
        self._spin = Spin(self.calls)
        self.turn = Turn()
        self.backlog: deque[tuple[memoryview, tuple[int, ...]]] = deque()
        self._sending = trio.Lock()

    async def arrival(self) -> int:
        """Wait until bytes come, and return how many.

        Raises WireClosed as `Calls.receive` does.
        """
        count = await self._spin.receive()
        while not count:
            self.calls.settle()
            start = time.monotonic()
            await trio.lowlevel.wait_readable(self._socket)
            self._spin.slept(time.monotonic() - start)
            self.turn.begin()
            count = self.calls.receive()
        return count

    def post(self, data: bytes, fds: Sequence[int] = ()) -> None:
        """Put a message into the queue; flush sends it. The descriptors stay the caller's."""
        if fds or self.backlog or not self.outbox.add(data):
            self._set_aside()
            self.backlog.append((memoryview(data), tuple(os.dup(fd) for fd in fds)))

    def flush(self) -> bool:
        """Send as much of the queue as the socket takes now; return whether that was all.

        Raises WireClosed when the connection broke.
        """
        if self.backlog:
            self._set_aside()
            return self._flush_backlog()
        outbox = self.outbox
        if (outbox.filled or outbox.tail) and self.calls.send():
            self._set_aside()
            return False
        return True

    def _set_aside(self) -> None:
        """Move what is in the outbox to the backlog."""
        outbox = self.outbox
        for part in (bytes(outbox.room[: outbox.filled]), bytes(outbox.tail)):
            if part:
                self.backlog.append((memoryview(part), ()))
        outbox.clear()

    def _flush_backlog(self) -> bool:
        backlog = self.backlog
        while backlog:
            data, fds = backlog[0]
            sent = self.calls.send_parts((data,), fds)
            if sent:
                # Descriptors go with the first byte: what is left of the message is bytes alone.
                close_all(fds)
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
        for _, fds in self.backlog:
            close_all(fds)
        self.backlog.clear()
        self.outbox.clear()
        if self._socket.fileno() != -1:
            trio.lowlevel.notify_closing(self._socket)
            self._spin.close()
            self.calls.close()
