"""DMA by messages: reading and writing memory that the client did not share."""

import errno
import os
from collections.abc import Callable, Iterator

import trio

from muserlab.device import DmaFault
from muserlab.proto import Connection, DmaData, DmaRead, DmaWrite, ProtocolError, Reply
from muserlab.server.calls import WireClosed
from muserlab.server.wire import Wire

TIME_LIMIT = 2.5
"""Seconds that a client gets to answer: fewer than its own request waits for the device to come to
rest, so that a transfer which that request holds up ends first."""


class Messenger:
    """The way from a device to its client's memory through the socket.

    Transfers larger than the client takes in one message are made in several.
    """

    def __init__(
        self, connection: Connection, wire: Wire, limit: int, blocked: Callable[[], str | None]
    ) -> None:
        self._connection = connection
        self._wire = wire
        self._limit = limit
        self._blocked = blocked
        self._waiting: dict[int, _Waiter] = {}
        self._closed = False

    @property
    def blocked(self) -> str | None:
        """Why a request would not be answered now; None if nothing is in its way."""
        return self._blocked()

    async def read(self, address: int, count: int) -> bytes:
        """Return count bytes of the client's memory at an I/O virtual address.

        Raises DmaFault: with the client's errno if it refuses, ETIMEDOUT if it does not answer,
        ENOTCONN if it is gone.
        """
        pieces: list[bytes] = []
        for start, size in self._pieces(count):
            reply = await self._ask(DmaRead(address + start, size))
            if not isinstance(reply.body, DmaData) or len(reply.body.data) != size:
                raise DmaFault(
                    f"the client was asked for {size} bytes at {address + start:#x} and sent "
                    f"something else",
                    errno.EIO,
                )
            pieces.append(reply.body.data)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def write(self, address: int, data: bytes) -> None:
        """Put data into the client's memory at an I/O virtual address.

        Raises DmaFault as read does; earlier pieces of the data may have been written then.
        """
        for start, size in self._pieces(len(data)):
            await self._ask(DmaWrite(address + start, data[start : start + size]))

    def deliver(self, reply: Reply) -> None:
        """Hand a reply to whoever waits for it; one that nobody waits for any more is dropped."""
        waiter = self._waiting.pop(reply.message_id, None)
        if waiter is not None:
            waiter.answer(reply)

    def close(self) -> None:
        """Fail everything that waits: the client is gone."""
        self._closed = True
        for waiter in self._waiting.values():
            waiter.answer(None)
        self._waiting.clear()

    def _pieces(self, count: int) -> Iterator[tuple[int, int]]:
        if not self._limit:
            raise DmaFault("the client takes no data in messages", errno.ENOTSUP)
        for start in range(0, count, self._limit):
            yield start, min(self._limit, count - start)

    async def _ask(self, body: DmaRead | DmaWrite) -> Reply:
        where = f"{body.command.name} at {body.address:#x}"
        if self._closed:
            raise DmaFault(f"{where}: the client has disconnected", errno.ENOTCONN)
        try:
            message = self._connection.request(body)
        except ProtocolError as error:
            raise DmaFault(f"{where}: {error}", error.errno) from None
        waiter = self._waiting[message.message_id] = _Waiter()
        try:
            with trio.fail_after(TIME_LIMIT):
                self._wire.post(message.data)
                await self._wire.drain()
                reply = await waiter.wait()
        except trio.TooSlowError:
            raise DmaFault(
                f"{where}: the client did not answer within {TIME_LIMIT:g} s", errno.ETIMEDOUT
            ) from None
        except WireClosed as error:
            raise DmaFault(f"{where}: {error}", errno.ENOTCONN) from None
        finally:
            self._waiting.pop(message.message_id, None)
        if reply is None:
            raise DmaFault(f"{where}: the client disconnected meanwhile", errno.ENOTCONN)
        if reply.errno is not None:
            number = reply.errno or errno.EIO
            raise DmaFault(f"{where}: the client refused: {os.strerror(number)}", number)
        return reply


class _Waiter:
    """A place for one reply."""

    def __init__(self) -> None:
        self._event = trio.Event()
        self._reply: Reply | None = None

    def answer(self, reply: Reply | None) -> None:
        self._reply = reply
        self._event.set()

    async def wait(self) -> Reply | None:
        await self._event.wait()
        return self._reply
