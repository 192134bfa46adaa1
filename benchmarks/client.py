"""The client that measures every server alike: a blocking socket and messages built before."""

import math
import os
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter_ns as clock

from benchmarks.traffic import MIB, Exchange, Traffic
from muserlab.proto import OFFER, Body, Connection, Outgoing, Reply, RequestBody, Role, Version

PATIENCE = 10
"""Seconds after which a server that does not answer is given up."""

_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Reading:
    """What one round gave: a value, in the unit of its case, and how long single turns took.

    `median` and `p99` are in microseconds, None where single turns were not timed.
    """

    value: float
    median: float | None = None
    p99: float | None = None


class ServerRefused(Exception):
    """A server answered a request with an error."""


class ServerSilent(Exception):
    """A server closed the connection, or did not answer."""


class Link:
    """A socket that is connected to a server, and room for its answers.

    `greetings` are said in turn whenever it has connected, which may be again and again: what a
    server decides when a client comes, such as to stay awake for it, depends on where both run.
    """

    def __init__(self, path: Path, *greetings: Callable[["Link"], None]) -> None:
        self.greetings = list(greetings)
        self.room = memoryview(bytearray(2 * MIB))
        self.sock = socket.socket(socket.AF_UNIX)
        self.connection = Connection(Role.CLIENT)
        self._path = path

    def connect(self) -> None:
        """Connect anew, and greet."""
        self.sock.close()
        self.sock = sock = socket.socket(socket.AF_UNIX)
        # The kernel's own timeout: Python's would cost a poll before every call.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB)
        sock.connect(str(self._path))
        self.connection = Connection(Role.CLIENT)
        for greeting in self.greetings:
            greeting(self)

    def agree(self) -> None:
        """Exchange VERSION with a vfio-user server."""
        self._send(self.connection.request(Version(capabilities=OFFER)))
        self._reply()

    def ask(self, body: RequestBody, fds: Sequence[int] = ()) -> Body:
        """Make a request that is not timed, and return the answer.

        Raises ServerRefused where that is an error.
        """
        self._send(self.connection.request(body, fds))
        reply = self._reply()
        if reply.body is None:
            raise ServerRefused(f"{type(body).__name__}: {os.strerror(reply.errno or 0)}")
        return reply.body

    def _send(self, message: Outgoing) -> None:
        socket.send_fds(self.sock, [message.data], message.fds)

    def _reply(self) -> Reply:
        while True:
            count = self.sock.recv_into(self.room)
            if not count:
                raise ServerSilent("the server closed the connection; has it another client?")
            for message in self.connection.receive(self.room[:count]):
                if isinstance(message, Reply):
                    return message

    def receive(self, size: int) -> None:
        """Receive exactly so many bytes, and forget them."""
        while size:
            count = self.sock.recv_into(self.room, size)
            if not count:
                raise ServerSilent("the server closed the connection in the middle of an answer")
            size -= count

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


def measure(link: Link, traffic: Traffic, seconds: float, *, typical: bool = True) -> Reading:
    """Send traffic, turn after turn, for so many seconds; return its rate.

    That is in GB/s where the traffic's data counts, and in accesses a second elsewhere: the rate of
    a typical turn, as the few in which some other process had the CPU say nothing about a server.
    What is not to be typical counts every turn.
    """
    turn = _turn(link, traffic.exchanges)
    turn()
    stamps = [clock()]
    note, end = stamps.append, stamps[0] + int(seconds * _SECOND)
    now = 0
    while now < end:
        turn()
        now = clock()
        note(now)
    times = [after - before for before, after in pairwise(stamps)]
    middle = median(times)
    rate = _SECOND / (middle if typical else (stamps[-1] - stamps[0]) / len(times))
    value = rate * traffic.data_size / 1e9 if traffic.data_size else rate * traffic.accesses
    return Reading(value, middle / 1000, percentile(times, 99) / 1000)


def percentile(times: Sequence[float], percent: float) -> float:
    """Return the time that so many per cent of times do not exceed."""
    return sorted(times)[math.ceil(len(times) * percent / 100) - 1]


def _turn(link: Link, exchanges: tuple[Exchange, ...]) -> Callable[[], object]:
    """Return what carries the exchanges out once; the usual one costs as little as can be."""
    send, receive_into, room = link.sock.send, link.sock.recv_into, link.room
    if len(exchanges) == 1 and len(exchanges[0].messages) == 1:
        (message,), size, _ = exchanges[0]

        def ask() -> None:
            send(message)
            left = size - receive_into(room)
            if left:
                link.receive(left)

        if len(message) < _ATOMIC:
            return ask

    def carry_out() -> None:
        for messages, size, fd in exchanges:
            for message in messages:
                if fd is not None:
                    socket.send_fds(link.sock, [message], [fd])
                elif len(message) < _ATOMIC:
                    send(message)
                else:
                    link.sock.sendall(message)
            link.receive(size)

    return carry_out


_ATOMIC = 4096
"""Messages shorter than this leave in one piece: a blocking socket takes them whole."""
