"""The other side of a served device, for tests that must see every message."""

import os
import socket
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Self

import trio

from muserlab.device import PCIDevice
from muserlab.proto import (
    Body,
    Capabilities,
    Connection,
    Outgoing,
    Reply,
    Request,
    RequestBody,
    Role,
    Version,
)
from muserlab.server import Server, serve

OFFER = Capabilities(max_msg_fds=16)


class Peer:
    """A client that sends what it is told, and looks at what comes one message at a time."""

    def __init__(self, sock: socket.socket, connection: Connection | None = None) -> None:
        sock.setblocking(False)
        self.socket = trio.socket.from_stdlib_socket(sock)
        self.connection = connection or Connection(Role.CLIENT, OFFER)
        self._arrived: deque[Request | Reply] = deque()

    async def send_bytes(self, data: bytes, fds: tuple[int, ...] = ()) -> None:
        if fds:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, b"".join(map(_native, fds)))
            data = data[await self.socket.sendmsg([data], [rights]) :]
        while data:
            data = data[await self.socket.send(data) :]

    async def send_message(self, message: Outgoing) -> int:
        await self.send_bytes(message.data, message.fds)
        return message.message_id

    async def send(self, body: RequestBody, *fds: int, posted: bool = False) -> int:
        """Send a request, and return its number."""
        return await self.send_message(self.connection.request(body, fds, no_reply=posted))

    async def receive(self) -> Request | Reply:
        """Return the next message; raises EOFError where there is none any more."""
        while not self._arrived:
            data, ancillary, _, _ = await self.socket.recvmsg(
                1 << 16, 1024, socket.MSG_CMSG_CLOEXEC
            )
            if not data:
                raise EOFError
            fds = [
                int.from_bytes(rights[at : at + 4], "little")
                for _, _, rights in ancillary
                for at in range(0, len(rights), 4)
            ]
            self._arrived.extend(self.connection.receive(data, fds))
        return self._arrived.popleft()

    async def reply(self) -> Reply:
        message = await self.receive()
        assert isinstance(message, Reply)
        return message

    async def request(self) -> Request:
        message = await self.receive()
        assert isinstance(message, Request)
        return message

    async def ask(self, body: RequestBody, *fds: int) -> Reply:
        """Send a request, and return the reply, which is the next message that comes."""
        number = await self.send(body, *fds)
        reply = await self.reply()
        assert reply.message_id == number
        return reply

    async def answer(self, request: Request, body: Body) -> None:
        await self.send_message(self.connection.reply(request, body))

    async def refuse(self, request: Request, errno: int) -> None:
        await self.send_message(self.connection.error(request, errno))

    async def greet(self) -> Reply:
        return await self.ask(Version(capabilities=self.connection.offer))

    async def at_end(self) -> bool:
        """Wait for the server to close the connection; false if something else comes first."""
        try:
            await self.receive()
        except (EOFError, ConnectionResetError):
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.connection.close()


def _native(fd: int) -> bytes:
    return fd.to_bytes(4, "little")


def open_fds() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def dial(server: Server) -> Peer:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(os.fspath(server.path))
    return Peer(sock)


@asynccontextmanager
async def serving(device: PCIDevice, path: Path, log: list[str]) -> AsyncGenerator[Server]:
    """Serve a device for the length of a block, and check that it ends cleanly."""
    async with trio.open_nursery() as nursery:
        server: Server = await nursery.start(partial(serve, device, path, log=log.append))
        try:
            yield server
        finally:
            with trio.CancelScope(shield=True):
                await server.stop()


def run(
    test: Callable[[], Awaitable[None]], *, clock: trio.abc.Clock | None = None, limit: float = 10
) -> None:
    """Run an async test that must end soon."""

    async def main() -> None:
        with trio.fail_after(limit):
            await test()

    trio.run(main, clock=clock)


class Scene:
    """A served device and its connected client, for one test."""

    def __init__(self, device: PCIDevice, path: Path) -> None:
        self.device = device
        self.path = path
        self.log: list[str] = []

    def play(
        self, test: Callable[[Peer, Server], Awaitable[None]], clock: trio.abc.Clock | None = None
    ) -> None:
        async def main() -> None:
            async with serving(self.device, self.path, self.log) as server:
                with dial(server) as peer:
                    await peer.greet()
                    await test(peer, server)

        run(main, clock=clock)
