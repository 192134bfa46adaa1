"""The Transport on trio: background tasks look after the sockets, callers only wait."""

import math

import trio

from muserlab.client.channel import Channel
from muserlab.client.peer import Peer, Pending


class TrioTransport:
    """Serves the server's DMA messages all the time, and lets many tasks make requests at once."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._nursery: trio.Nursery | None = None
        self._unsent = trio.lowlevel.ParkingLot()  # senders with nothing to do
        self._progress = trio.lowlevel.ParkingLot()  # who waits for a backlog to shrink
        self._ended = trio.Event()
        peer.notify_end = self._end

    def start(self, nursery: trio.Nursery) -> None:
        """Look after the peer's channels from now on, with tasks that end with the nursery."""
        self._nursery = nursery
        for channel in self._peer.channels:
            self.watch(channel)

    async def settle(self, pending: Pending, seconds: float | None) -> bool:
        """Wait until a request is done."""
        event = trio.Event()
        pending.notify = event.set
        self._send_rest()
        with _within(seconds):
            if not pending.done:
                await event.wait()
        return pending.done

    async def drain(self, seconds: float | None) -> bool:
        """Wait until the kernel has taken everything that was sent."""
        channel = self._peer.channels[0]
        self._send_rest()
        with _within(seconds):
            await trio.lowlevel.checkpoint()
            while channel.backlog and self._peer.failure is None:
                await self._progress.park()
        return not channel.backlog

    async def readable(self, fd: int, seconds: float | None) -> bool:
        """Wait until an fd has something to read; False also when the connection ended first."""
        ready = False
        with _within(seconds):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._cancel_at_end, nursery.cancel_scope)
                await trio.lowlevel.wait_readable(fd)
                ready = True
                nursery.cancel_scope.cancel()
        return ready

    def watch(self, channel: Channel) -> None:
        """Look after one more of the peer's channels."""
        assert self._nursery is not None
        self._nursery.start_soon(self._receive, channel)
        self._nursery.start_soon(self._send, channel)

    def release(self, fd: int) -> None:
        """Wake who waits for an fd that is about to be closed (trio.ClosedResourceError)."""
        trio.lowlevel.notify_closing(fd)

    async def _receive(self, channel: Channel) -> None:
        while self._peer.failure is None:
            if channel.congested:
                await self._progress.park()
            else:
                await trio.lowlevel.wait_readable(channel.fileno())
                self._pump(channel)

    async def _send(self, channel: Channel) -> None:
        while self._peer.failure is None:
            if channel.backlog:
                await trio.lowlevel.wait_writable(channel.fileno())
                self._pump(channel)
            else:
                await self._unsent.park()

    def _send_rest(self) -> None:
        if self._peer.channels[0].backlog:
            self._unsent.unpark_all()

    def _pump(self, channel: Channel) -> None:
        self._peer.pump(channel)
        self._unpark()

    def _end(self) -> None:
        self._ended.set()
        self._unpark()

    def _unpark(self) -> None:
        self._unsent.unpark_all()
        self._progress.unpark_all()

    async def _cancel_at_end(self, scope: trio.CancelScope) -> None:
        await self._ended.wait()
        scope.cancel()


def _within(seconds: float | None) -> trio.CancelScope:
    return trio.move_on_after(math.inf if seconds is None else seconds)
