"""One socket of a connection: bytes and fds in and out, without ever blocking.

Every call carries MSG_DONTWAIT instead of relying on the socket's mode: the other end of a twin
socket was made by the server, which could switch a shared open file description back to blocking.
"""

import array
import os
import socket
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

from muserlab.client.errors import ClientError, ServerGone
from muserlab.proto import Connection, Outgoing, ProtocolError, Reply, Request

_CHUNK = 64 * 1024
_BACKLOG_LIMIT = 4 * 1024 * 1024
_SCM_MAX_FD = 253  # what one message can carry at all (Linux, include/net/scm.h)
_ANCILLARY = socket.CMSG_SPACE(_SCM_MAX_FD * array.array("i").itemsize)
_SEND = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
_RECEIVE = socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC


class Channel:
    """A stream socket with the protocol's state on it and what could not be sent yet.

    Owns the socket, the fds that were received and not taken, and duplicates of fds that wait to
    be sent.
    """

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self.connection = connection
        self._socket = sock
        self._buffer = bytearray(_CHUNK)
        self._unsent: deque[tuple[memoryview, tuple[int, ...]]] = deque()
        self.backlog = 0  # bytes that wait for the socket to take them
        self.requests: deque[Request] = deque()  # the server's, not served yet

    def fileno(self) -> int:
        """Return the socket's fd, for poll."""
        return self._socket.fileno()

    @property
    def congested(self) -> bool:
        """Whether the server has to take some answers before more of its requests are served."""
        return self.backlog > _BACKLOG_LIMIT

    def receive(self) -> list[Request | Reply]:
        """Take one chunk of what has arrived; nothing where nothing has.

        Raises ServerGone at the end of the stream and where the stream makes no sense any more.
        """
        try:
            count, ancillary, flags, _ = self._socket.recvmsg_into(
                [self._buffer], _ANCILLARY, _RECEIVE
            )
        except BlockingIOError:
            return []
        except OSError as error:
            raise ServerGone(f"the connection broke: {error.strerror}") from error
        fds = _received_fds(ancillary)
        if not count or flags & socket.MSG_CTRUNC:
            _close_all(fds)
            lost = "fds were lost: this process may have too many open"
            raise ServerGone(lost if count else "the server closed the connection")
        try:
            return self.connection.receive(memoryview(self._buffer)[:count], fds)
        except ProtocolError as error:
            raise ServerGone(f"the server broke the protocol: {error}") from error

    def send(self, outgoing: Outgoing) -> None:
        """Send a message, or as much of it as the socket takes now; `flush` sends the rest.

        The caller keeps its fds. Raises ServerGone, and ClientError where the fds cannot be sent.
        """
        data = memoryview(outgoing.data)
        sent = 0 if self._unsent else self._send(data, outgoing.fds)
        if sent == len(data):
            return
        fds = () if sent else tuple(os.dup(fd) for fd in outgoing.fds)
        self._unsent.append((data[sent:], fds))
        self.backlog += len(data) - sent

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it. Raises ServerGone."""
        while self._unsent:
            data, fds = self._unsent[0]
            sent = self._send(data, fds)
            if not sent:
                return
            self.backlog -= sent
            self._unsent.popleft()
            if sent < len(data):
                self._unsent.appendleft((data[sent:], ()))
            _close_all(fds)

    def shut_down(self) -> None:
        """End both directions; who waits for the socket wakes up. The fd stays allocated."""
        with suppress(OSError):  # the other side may have been faster
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket and every fd that is still owned here."""
        while self._unsent:
            _close_all(self._unsent.popleft()[1])
        self.connection.close()
        self._socket.close()

    def _send(self, data: memoryview, fds: tuple[int, ...]) -> int:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            return self._socket.sendmsg([data], rights, _SEND)
        except BlockingIOError:
            return 0
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ServerGone("the server closed the connection") from error
        except OSError as error:
            message = f"{len(data)} bytes with {len(fds)} fds cannot be sent: {error.strerror}"
            raise ClientError(message, error.errno or 0) from error


def _received_fds(ancillary: Iterable[tuple[int, int, bytes]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return fds.tolist()


def _close_all(fds: Iterable[int]) -> None:
    for fd in fds:
        os.close(fd)
