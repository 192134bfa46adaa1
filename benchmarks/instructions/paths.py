"""The hot paths, from the bytes of a request to those of its answer, through the whole server."""

import gc
import math
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch

import trio

from benchmarks.servers import devices
from benchmarks.traffic import Builder, Place, Traffic
from muserlab.device import PCIDevice
from muserlab.server import Session
from muserlab.server.connection import ClientConnection
from muserlab.server.quiesce import Quiescence

MESSAGES = 32
"""How many messages one run is about: few enough to fit into a socket's buffer, and into a turn."""


class Path:
    """A server with a client that has sent a message again and again, and hung up.

    Each message is a packet of its own, so that each takes a receive and a send of its own, as if
    the client had waited for every answer; but nobody ever waits.
    """

    def __init__(self, device: PCIDevice, message: bytes, count: int) -> None:
        self._client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection = ClientConnection(server, Session(device), Quiescence())
        self._client.send(Builder.hello())
        for _ in range(count):
            self._client.send(message)
        self._client.shutdown(socket.SHUT_WR)

    def run(self) -> None:
        """Serve the client to its end, undisturbed by the clock and by other garbage."""
        gc.collect()
        gc.disable()
        try:
            with patch("muserlab.server.turn.SECONDS", math.inf), self._client:
                trio.run(self._connection.run)
        finally:
            gc.enable()


@dataclass(frozen=True)
class Access:
    """What a path is about: a kind of access, at a place of a device."""

    name: str
    device: Callable[[], PCIDevice]
    traffic: Callable[[Builder], Traffic]
    place: Place

    def path(self, count: int) -> Path:
        """Return the path of so many of them."""
        (exchange,) = self.traffic(Builder(self.place)).exchanges
        message = exchange.messages[0]
        (size,) = struct.unpack_from("=I", message, 4)  # of the first, where many are sent together
        return Path(self.device(), message[:size], count)


def _usual() -> PCIDevice:
    return devices.usual(1)[0]


def _patchable(name: str) -> Callable[[], PCIDevice]:
    return lambda: next(device for device in devices.patchable(1) if device.name == name)


ACCESSES = (
    Access("read of memory", _usual, Builder.read, devices.MEMORY),
    Access("read of a register", _usual, Builder.read, devices.REGISTER),
    Access("write to a register", _usual, Builder.write, devices.REGISTER),
    Access("posted write to a register", _usual, Builder.posted_writes, devices.REGISTER),
    *(
        Access(f"{verb} hooked register, {name}", _patchable(name), traffic, devices.HOOK)
        for name in (devices.DIRECT, devices.TRUSTED, devices.ON_PROBATION)
        for verb, traffic in (("read of a", Builder.read), ("write to a", Builder.write))
    ),
)
"""The hot paths."""


def each(count: Callable[[Path], float], access: Access) -> float:
    """Return what one access adds to a count of what a path executes."""
    none, many = count(access.path(0)), count(access.path(MESSAGES))
    return (many - none) / MESSAGES
