"""A scripted server at the other end of a socket pair."""

import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muserlab.client import OFFER, AsyncDriver, Driver
from muserlab.client.link import Link
from muserlab.client.peer import Peer
from muserlab.client.runner import Runner
from muserlab.client.transport import BlockingTransport
from muserlab.proto import (
    Body,
    Capabilities,
    Command,
    Connection,
    DeviceFlags,
    DeviceInfo,
    DmaData,
    DmaMap,
    DmaRead,
    DmaUnmap,
    Empty,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    IrqInfo,
    IrqInfoFlags,
    Outgoing,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionRead,
    RegionWrite,
    RegionWritten,
    Reply,
    Request,
    RequestBody,
    Reset,
    Role,
    SetIrqs,
    Version,
    negotiate,
)

Answer = Body | tuple[Body, tuple[int, ...]] | int | None
Handler = Callable[[Any], Answer]

MEMORY = 4096


class End:
    """One blocking end of a stream socket with the protocol on it."""

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self.sock = sock
        self.connection = connection
        self.waiting: list[Request | Reply] = []

    def next(self) -> Request | Reply | None:
        """Return the next message, None at the end of the stream."""
        while not self.waiting:
            try:
                data, fds, _, _ = socket.recv_fds(self.sock, 1 << 20, 64)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.waiting += self.connection.receive(data, fds)
        return self.waiting.pop(0)

    def send(self, outgoing: Outgoing) -> None:
        if outgoing.fds:
            socket.send_fds(self.sock, [outgoing.data[:1]], outgoing.fds)
            self.sock.sendall(outgoing.data[1:])
        else:
            self.sock.sendall(outgoing.data)

    def ask(self, body: RequestBody) -> Reply:
        """Ask the client for something; its requests meanwhile are kept for later."""
        self.send(self.connection.request(body))
        kept: list[Request | Reply] = []
        while not isinstance(message := self.next(), Reply):
            assert message is not None, "the client went away instead of answering"
            kept.append(message)
        self.waiting = kept + self.waiting
        return message

    def dma_read(self, address: int, count: int) -> bytes:
        """Read the client's memory by message."""
        body = self.ask(DmaRead(address, count)).body
        assert isinstance(body, DmaData)
        return body.data

    def leave(self) -> None:
        """Go away."""
        self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.connection.close()
        self.sock.close()


class Scripted:
    """A device with 4 KiB of memory in bar0, three MSI vectors, and a handler for each command.

    `on[command]` replaces a handler: it returns a body, a body with fds, an errno, or None for no
    reply at all. Runs in a thread of its own until the client goes.
    """

    def __init__(self, offer: Capabilities) -> None:
        self.client, sock = socket.socketpair()
        self.main = End(sock, Connection(Role.SERVER, offer))
        self.twin: End | None = None
        self.offer = offer
        self.memory = bytearray(MEMORY)
        self.heard: list[RequestBody] = []
        self.posted: list[RequestBody] = []
        self.eventfds: dict[int, int] = {}
        self.dma_fds: list[int] = []
        self.regions = {0: RegionInfo(0, RegionFlags.READ | RegionFlags.WRITE, MEMORY, 0)}
        self.irqs = {1: IrqInfo(1, IrqInfoFlags.EVENTFD, 3)}
        self.info = DeviceInfo(DeviceFlags.RESET | DeviceFlags.PCI, 9, 5)
        self.on: dict[Command, Handler] = {}
        self.error: BaseException | None = None
        self._fresh_twin: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="scripted server")

    @property
    def asking(self) -> End:
        """Where the server's own requests go."""
        return self.twin or self.main

    def start(self) -> socket.socket:
        """Start serving and return the client's socket."""
        self._thread.start()
        return self.client

    def start_at(self, path: Path) -> None:
        """Start serving the first client that connects to a path."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread.start()

    def reply(self, request: Request, body: Body, fds: tuple[int, ...] = ()) -> None:
        """Send a reply now, from within a handler that returns None."""
        self.main.send(self.main.connection.reply(request, body, fds))

    def stop(self) -> None:
        self.client.close()
        if self._thread.ident is not None:
            self._thread.join()
        for end in (self.main, *([self.twin] if self.twin else ())):
            end.close()
        for fd in (*self.eventfds.values(), *self.dma_fds):
            os.close(fd)
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            if self._listener is not None:
                self.main.sock.close()
                self.main.sock, _ = self._listener.accept()
                self._listener.close()
            while (message := self.main.next()) is not None:
                assert isinstance(message, Request)
                self._serve(message)
        except BrokenPipeError:
            pass  # the client left before it took the answer, as it may
        except BaseException as error:  # noqa: BLE001 - reported by stop
            self.error = error
            self.main.leave()

    def _serve(self, request: Request) -> None:
        assert isinstance(request.body, RequestBody), request.body
        (self.posted if request.no_reply else self.heard).append(request.body)
        answer = self.on.get(request.body.command, self.default)(request)
        request.fds.close()
        if request.no_reply or answer is None:
            return
        if isinstance(answer, int):
            self.main.send(self.main.connection.error(request, answer))
            return
        body, fds = answer if isinstance(answer, tuple) else (answer, ())
        self.main.send(self.main.connection.reply(request, body, fds))
        if isinstance(body, Version):
            for fd in fds:
                os.close(fd)
            if self._fresh_twin is not None:
                self.twin = End(self._fresh_twin, self.main.connection.twin())

    def default(self, request: Request) -> Answer:
        match request.body:
            case Version() as proposal:
                return self._negotiate(proposal)
            case GetDeviceInfo():
                return self.info
            case GetRegionInfo(_, index):
                return self.regions.get(index, RegionInfo(index, RegionFlags(0), 0, 0))
            case GetIrqInfo(_, index):
                return self.irqs.get(index, IrqInfo(index, IrqInfoFlags(0), 0))
            case RegionRead(offset, region, count):
                if region or offset + count > MEMORY:
                    return errno.EINVAL
                return RegionData(offset, region, bytes(self.memory[offset : offset + count]))
            case RegionWrite(offset, region, data):
                if region or offset + len(data) > MEMORY:
                    return errno.EINVAL
                self.memory[offset : offset + len(data)] = data
                return RegionWritten(offset, region, len(data))
            case SetIrqs(start=start):
                for number, fd in enumerate(request.fds.take_all(), start):
                    if number in self.eventfds:
                        os.close(self.eventfds[number])
                    self.eventfds[number] = fd
                return Empty()
            case DmaMap():
                self.dma_fds += request.fds.take_all()
                return Empty()
            case DmaUnmap() as body:
                return body
            case Reset():
                return Empty()
            case _:
                return errno.ENOTSUP

    def _negotiate(self, proposal: Version) -> Answer:
        agreed = negotiate(proposal, self.offer)
        if agreed.capabilities.twin_socket is None:
            return agreed
        self._fresh_twin, theirs = socket.socketpair()
        return agreed, (theirs.detach(),)


def connect_openly(sock: socket.socket) -> tuple[Driver, Peer]:
    """Connect a driver whose inner end can be seen."""
    peer = Peer(sock, OFFER)
    transport = BlockingTransport(peer)
    link = Link(peer, transport, None)
    run = Runner(link, "a socket")
    core = run(AsyncDriver.open(link, "a socket", {}))
    return Driver(core, run, transport), peer
