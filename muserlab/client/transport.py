"""Who waits for the sockets: the Transport protocol, and the one that blocks its thread."""

import select
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from muserlab.client.channel import Channel
from muserlab.client.peer import Peer, Pending


class Transport(Protocol):
    """Moves a peer's bytes until something has happened.

    `seconds` is how long to wait, None for ever. A wait returns False when the time ran out and
    True otherwise; the connection's end settles what is pending and is no exception here.
    """

    async def settle(self, pending: Pending, seconds: float | None) -> bool:
        """Wait until a request is done."""
        ...

    async def drain(self, seconds: float | None) -> bool:
        """Wait until the kernel has taken everything that was sent."""
        ...

    async def readable(self, fd: int, seconds: float | None) -> bool:
        """Wait until an fd has something to read; False also when the connection ended first."""
        ...

    def watch(self, channel: Channel) -> None:
        """Look after one more of the peer's channels."""
        ...

    def release(self, fd: int) -> None:
        """Learn that an fd that may be waited for is about to be closed."""
        ...


class BlockingTransport:
    """Waits in poll(), for everything at once, on the thread that calls.

    Its coroutines never suspend. What the server asks for by DMA messages is served while a call
    waits, whatever the call waits for; in between calls nobody serves it.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def settle(self, pending: Pending, seconds: float | None) -> bool:
        """Wait until a request is done."""
        return self._wait(lambda: pending.done, seconds)

    async def drain(self, seconds: float | None) -> bool:
        """Wait until the kernel has taken everything that was sent."""
        return self._wait(lambda: not self._peer.channels[0].backlog, seconds)

    async def readable(self, fd: int, seconds: float | None) -> bool:
        """Wait until an fd has something to read; False also when the connection ended first."""
        return self._wait(lambda: False, seconds, fd)

    async def idle(self, seconds: float) -> None:
        """Let time pass; less where the connection ends."""
        self._wait(lambda: False, seconds)

    def watch(self, channel: Channel) -> None:
        """Need nothing: every wait asks the peer for its channels."""

    def release(self, fd: int) -> None:
        """Need nothing: nobody waits while the only thread is here."""

    def _wait(self, done: Callable[[], bool], seconds: float | None, fd: int = -1) -> bool:
        deadline = None if seconds is None else monotonic() + seconds
        while not done():
            if self._peer.failure is not None:
                return self._poll(fd, 0)
            left = None if deadline is None else max(0.0, deadline - monotonic())
            if self._poll(fd, left):
                return True
            if left == 0.0:
                return done()
        return True

    def _poll(self, fd: int, seconds: float | None) -> bool:
        """Wait once, serve what has come, and tell whether the fd is readable."""
        poller = select.poll()
        channels: dict[int, Channel] = {}
        if self._peer.failure is None:
            for channel in self._peer.channels:
                channels[channel.fileno()] = channel
                receiving = 0 if channel.congested else select.POLLIN
                poller.register(channel, receiving | (select.POLLOUT if channel.backlog else 0))
        if fd >= 0:
            poller.register(fd, select.POLLIN)
        ready = {number for number, _ in poller.poll(None if seconds is None else seconds * 1000)}
        for number in ready & channels.keys():
            self._peer.pump(channels[number])
        return fd in ready
