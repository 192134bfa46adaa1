"""A real socket pair, since no model splits streams and places fds as the kernel does."""

import os
import socket

from muserlab.proto import Connection, Outgoing, Reply, Request


class Wire:
    """Two ends, each of which sends messages and receives as many bytes as it is told to."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)

    def send(self, outgoing: Outgoing) -> int:
        """Send a message from the near end; close its fds and return its size."""
        return send(self._near, outgoing)

    def answer(self, outgoing: Outgoing) -> int:
        """Send a message from the far end; close its fds and return its size."""
        return send(self._far, outgoing)

    def arrive(self, connection: Connection, size: int) -> list[Request | Reply]:
        """Feed a connection at the far end with at most so many bytes."""
        return receive(self._far, connection, size)

    def come_back(self, connection: Connection, size: int) -> list[Request | Reply]:
        """Feed a connection at the near end with at most so many bytes."""
        return receive(self._near, connection, size)

    def close(self) -> None:
        """Close both ends."""
        self._near.close()
        self._far.close()


def send(end: socket.socket, outgoing: Outgoing) -> int:
    """Send a message with its fds, as one segment; close the fds."""
    sent = socket.send_fds(end, [outgoing.data], outgoing.fds)
    assert sent == len(outgoing.data)
    for fd in outgoing.fds:
        os.close(fd)
    return sent


def receive(end: socket.socket, connection: Connection, size: int) -> list[Request | Reply]:
    """Receive once, if there is anything."""
    try:
        data, fds, _, _ = socket.recv_fds(end, size, 253)
    except BlockingIOError:
        return []
    return connection.receive(data, fds)


def marked_fds(marks: list[int]) -> tuple[int, ...]:
    """Return new eventfds that hold these numbers, so that they can be told apart."""
    return tuple(os.eventfd(mark) for mark in marks)


def read_marks(fds: tuple[int, ...]) -> list[int]:
    """Return the numbers that eventfds hold, and close them."""
    marks = [os.eventfd_read(fd) for fd in fds]
    for fd in fds:
        os.close(fd)
    return marks
