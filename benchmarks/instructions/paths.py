"""The hot paths, from the bytes of a request to those of its answer, through the whole server."""

import gc
import math
import socket
from collections.abc import Callable, Mapping
from unittest.mock import patch

import trio

from benchmarks.servers import devices
from benchmarks.traffic import Builder, Place
from muserlab.server import Session
from muserlab.server.connection import ClientConnection
from muserlab.server.quiesce import Quiescence

MESSAGES = 32
"""How many messages one run is about: few enough to fit into a socket's buffer, and into a turn."""


def _read(place: Place) -> bytes:
    return Builder(place).read().exchanges[0].messages[0]


def _write(place: Place) -> bytes:
    return Builder(place).write().exchanges[0].messages[0]


def _posted(place: Place) -> bytes:
    batch = Builder(place).posted_writes().exchanges[0].messages[0]
    return batch[: len(_write(place))]


PATHS: Mapping[str, Callable[[], bytes]] = {
    "read of memory": lambda: _read(devices.MEMORY),
    "read of a register": lambda: _read(devices.REGISTER),
    "write to a register": lambda: _write(devices.REGISTER),
    "posted write to a register": lambda: _posted(devices.REGISTER),
    "read of a hooked register": lambda: _read(devices.HOOK),
    "write to a hooked register": lambda: _write(devices.HOOK),
}
"""Messages by what they do."""


class Path:
    """A server with a client that has sent a message again and again, and hung up.

    Each message is a packet of its own, so that each takes a receive and a send of its own, as if
    the client had waited for every answer; but nobody ever waits.
    """

    def __init__(self, message: bytes, count: int) -> None:
        self._client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (device,) = devices.usual(1)
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


def each(count: Callable[[Path], float], message: bytes) -> float:
    """Return what one message adds to a count of what a path executes."""
    none, many = count(Path(message, 0)), count(Path(message, MESSAGES))
    return (many - none) / MESSAGES
