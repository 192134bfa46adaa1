"""The client's end of a connection, whatever loop drives it.

A `Peer` knows what was asked and not answered yet, and answers what the server asks (DMA by
messages). Somebody else waits for its channels: a `Transport`.
"""

import errno
import socket
from collections.abc import Callable, Sequence

from muserlab.client.channel import Channel
from muserlab.client.errors import ClientError, ServerGone
from muserlab.client.memory import DmaRefused, MemoryTable
from muserlab.proto import (
    Body,
    Capabilities,
    Connection,
    DmaData,
    DmaRead,
    DmaWrite,
    DmaWritten,
    Malformed,
    ProtocolError,
    Reply,
    Request,
    RequestBody,
    Role,
)


def _nobody() -> None:
    return None


class Pending:
    """A request that was made: `done` when its reply, or the connection's end, has come."""

    __slots__ = ("failure", "message_id", "notify", "reply")

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        self.reply: Reply | None = None
        self.failure: ServerGone | None = None
        self.notify: Callable[[], None] = _nobody

    @property
    def done(self) -> bool:
        """Whether there is a reply or a failure."""
        return self.reply is not None or self.failure is not None


class Peer:
    """Requests out, replies in, and the memory that the server may reach by messages."""

    def __init__(self, sock: socket.socket, offer: Capabilities) -> None:
        self.offer = offer
        self.memory = MemoryTable(offer.max_data_xfer_size)
        self.channels = [Channel(sock, Connection(Role.CLIENT, offer))]
        self.failure: ServerGone | None = None
        self.notify_end: Callable[[], None] = _nobody
        self._pending: dict[int, Pending] = {}

    def add_twin(self, sock: socket.socket) -> Channel:
        """Take the server's requests from a second socket too (specification: twin_socket)."""
        twin = Channel(sock, self.channels[0].connection.twin())
        self.channels.append(twin)
        return twin

    def submit(self, body: RequestBody, fds: Sequence[int] = ()) -> Pending:
        """Send a request whose reply is awaited. Raises ServerGone and ClientError."""
        return self._submit(body, fds, no_reply=False)

    def post(self, body: RequestBody, fds: Sequence[int] = ()) -> None:
        """Send a request with the No_reply bit. Raises ServerGone and ClientError."""
        self._submit(body, fds, no_reply=True)

    def forget(self, pending: Pending) -> None:
        """Give up on a request: a reply that comes late is dropped, with its fds."""
        self._pending.pop(pending.message_id, None)

    def pump(self, channel: Channel) -> None:
        """Send what waits and take what has arrived on a channel; a broken one ends everything.

        A server that asks and does not take the answers is not listened to until it does.

        An exception in here, a Ctrl-C above all, may have lost half a message: it ends the
        connection, so that nobody goes on with a stream that is out of step.
        """
        try:
            channel.flush()
            if not channel.requests:
                self._sort(channel)
            while channel.requests and not channel.congested:
                self._answer(channel, channel.requests.popleft())
        except ServerGone as error:
            self.end(error)
        except BaseException:
            self.end(ServerGone("interrupted in the midst of a message"))
            raise

    def end(self, reason: ServerGone) -> None:
        """Fail everything that is awaited and shut the sockets down; the first reason stays."""
        if self.failure is not None:
            return
        self.failure = reason
        for channel in self.channels:
            channel.shut_down()
        for pending in self._pending.values():
            pending.failure = reason
            pending.notify()
        self._pending.clear()
        self.notify_end()

    def close(self) -> None:
        """Close the sockets and every fd that nobody took."""
        for channel in self.channels:
            channel.close()

    def _submit(self, body: RequestBody, fds: Sequence[int], *, no_reply: bool) -> Pending:
        if self.failure is not None:
            raise ServerGone(f"{body.command.name} is impossible: {self.failure}", body.command)
        try:
            channel = self.channels[0]
            outgoing = channel.connection.request(body, fds, no_reply=no_reply)
            channel.send(outgoing)
            pending = Pending(outgoing.message_id)
            if not no_reply:
                self._pending[outgoing.message_id] = pending
        except ServerGone as error:
            self.end(error)
            raise
        except ProtocolError as error:
            raise ClientError(str(error), error.errno, body.command) from error
        except Exception:
            raise  # refused before a byte was sent
        except BaseException:
            self.end(ServerGone("interrupted in the midst of a message"))
            raise
        return pending

    def _sort(self, channel: Channel) -> None:
        for message in channel.receive():
            if isinstance(message, Request):
                channel.requests.append(message)
            else:
                self._settle(message)

    def _settle(self, reply: Reply) -> None:
        pending = self._pending.pop(reply.message_id, None)
        if pending is None:
            reply.fds.close()
            return
        pending.reply = reply
        pending.notify()

    def _answer(self, channel: Channel, request: Request) -> None:
        request.fds.close()
        try:
            answer = self._perform(request.body)
        except DmaRefused as refusal:
            if not request.no_reply:
                channel.send(channel.connection.error(request, refusal.errno))
        else:
            if not request.no_reply:
                channel.send(channel.connection.reply(request, answer))

    def _perform(self, body: RequestBody | Malformed) -> Body:
        match body:
            case DmaRead(address, count):
                return DmaData(address, self.memory.read(address, count))
            case DmaWrite(address, data):
                self.memory.write(address, data)
                return DmaWritten(address, len(data))
            case Malformed():
                raise DmaRefused(body.errno, body.reason)
            case _:
                raise DmaRefused(errno.ENOTSUP, "not a request that a server makes")
