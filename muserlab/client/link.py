"""Requests and replies, with time-outs and errors: what every part of a driver talks through."""

import errno
import os
import socket
import stat
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TypeVar

from muserlab.client.errors import ClientError, ServerGone, ServerRefused, ServerTimeout
from muserlab.client.peer import Peer
from muserlab.client.transport import Transport
from muserlab.proto import Body, Fds, Reply, RequestBody, Version

_PAGE = 4096

B = TypeVar("B", bound=Body)


class Link:
    """A negotiated connection.

    `timeout` (seconds, None for ever) is how long a reply may take. What holds fds or memory for
    this connection registers its end with `at_close`.
    """

    def __init__(self, peer: Peer, transport: Transport, timeout: float | None) -> None:
        self.peer = peer
        self.transport = transport
        self.timeout = timeout
        self.agreed = Version(capabilities=peer.offer)
        self.at_close = ExitStack()
        self.closed = False

    @property
    def max_transfer(self) -> int:
        """The most bytes of one read or write: what both sides accept."""
        return max(1, self.peer.channels[0].connection.max_data_xfer_size)

    @property
    def max_fds(self) -> int:
        """The most fds that the server takes with one message."""
        return max(1, self.peer.channels[0].connection.max_send_fds)

    @property
    def page_size(self) -> int:
        """The smallest page of DMA memory that the server accepts."""
        sizes = self.agreed.capabilities.pgsizes
        return max(_PAGE, sizes & -sizes)

    async def exchange(self, body: RequestBody, fds: Sequence[int] = ()) -> Reply:
        """Make a request and return its reply, an error reply too; the caller owns its fds.

        Raises ServerTimeout and ServerGone; the request's own fds stay the caller's.
        """
        pending = self.peer.submit(body, fds)
        try:
            await self.transport.settle(pending, self.timeout)
        finally:
            self.peer.forget(pending)
        if pending.reply is not None:
            return pending.reply
        if pending.failure is not None:
            raise ServerGone(f"{body.command.name} got no reply: {pending.failure}", body.command)
        raise ServerTimeout(f"{body.command.name} got no reply in {self.timeout} s", body.command)

    async def ask(
        self, body: RequestBody, expected: type[B], fds: Sequence[int] = (), about: str = ""
    ) -> tuple[B, Fds]:
        """Make a request; return the reply's body and its fds, which the caller owns.

        `about` says in an error what was asked for. Raises ServerRefused for an error reply.
        """
        reply = await self.exchange(body, fds)
        if reply.errno is None and isinstance(reply.body, expected):
            return reply.body, reply.fds
        reply.fds.close()
        if reply.errno is not None:
            raise ServerRefused(body.command, reply.errno, about)
        message = f"the reply to {body.command.name} makes no sense: {reply.body!r}"
        raise ClientError(message, errno.EPROTO, body.command)

    async def request(
        self, body: RequestBody, expected: type[B], fds: Sequence[int] = (), about: str = ""
    ) -> B:
        """Make a request whose reply needs no fds; close those that come all the same."""
        answer, received = await self.ask(body, expected, fds, about)
        received.close()
        return answer

    async def post(self, body: RequestBody, fds: Sequence[int] = ()) -> None:
        """Make a request that is not replied to; returns when the kernel has taken it."""
        self.peer.post(body, fds)
        if await self.transport.drain(self.timeout):
            return
        name = body.command.name
        if self.peer.failure is not None:
            raise ServerGone(f"{name} was not sent: {self.peer.failure}", body.command)
        raise ServerTimeout(f"{name} was not taken in {self.timeout} s", body.command)

    async def negotiate(self) -> None:
        """Exchange VERSION, and take on the twin socket where the server gives one.

        Raises ServerRefused, and ServerGone where the reply does not fit what was proposed.
        """
        proposal = Version(capabilities=self.peer.offer)
        self.agreed, fds = await self.ask(proposal, Version)
        with fds:
            twin = self.agreed.capabilities.twin_socket
            if twin is not None and twin.supported and twin.fd_index is not None:
                self._adopt_twin(fds.take(twin.fd_index))

    def end(self) -> None:
        """End the connection: whatever is awaited fails, and every later request. Twice is fine."""
        self.peer.end(ServerGone("the driver is closed"))

    def close(self) -> None:
        """End the connection and let go of everything that belongs to it. Twice is fine."""
        self.closed = True
        self.end()
        self.at_close.close()
        self.peer.close()

    def _adopt_twin(self, fd: int) -> None:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.close(fd)
            raise ClientError("the server's twin socket is no socket", errno.EPROTO)
        sock = socket.socket(fileno=fd)
        if (sock.family, sock.type) != (socket.AF_UNIX, socket.SOCK_STREAM):
            sock.close()
            raise ClientError("the server's twin socket is no Unix stream socket", errno.EPROTO)
        self.transport.watch(self.peer.add_twin(sock))
