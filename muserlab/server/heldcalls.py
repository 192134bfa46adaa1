"""The system calls of an access, made without giving the interpreter's lock away.

A socket's methods give the lock up round every call. A main thread that computes then takes it, for
a whole switch interval, and an access costs one or two of those. The calls here never wait, so the
lock can be kept: ctypes.PyDLL calls without giving it up.
"""

import ctypes
import os
import socket
import sys
from array import array
from collections.abc import Iterator
from contextlib import suppress
from errno import EAGAIN
from struct import Struct

from muserlab.proto import Outbox
from muserlab.server.calls import ANCILLARY_SIZE, BUFFER_SIZE, CLOSE_ON_EXEC, Calls, WireClosed
from muserlab.server.glance import FEW, Glances

if sys.maxsize <= 1 << 32 or sys.byteorder != "little":
    raise ImportError("the C structures here are those of 64-bit little-endian machines")

_SHORT = 1 << 14
"""Bytes that are sent with the lock kept; while more are copied, other threads should run."""

_RECEIVE = int(socket.MSG_DONTWAIT) | CLOSE_ON_EXEC
_SEND = int(socket.MSG_DONTWAIT) | int(socket.MSG_NOSIGNAL)

# A struct msghdr (recvmsg(2)) is seven words: no name, vector and its length, control and its size,
# flags. A struct cmsghdr (cmsg(3)) has its length, level and type.
_CONTROL_SIZE, _FLAGS = 5, 6
_CONTROL = Struct("=Qii")
_WORD = 8

_LIBRARY = ctypes.PyDLL(None)
_errno_location = _LIBRARY.__errno_location
_errno_location.restype = ctypes.c_void_p
_receive, _send, _yield = _LIBRARY.recvmsg, _LIBRARY.send, _LIBRARY.sched_yield


class HeldCalls(Calls):
    """`Calls` with the lock held, where there is little to copy. Made and used on one thread."""

    def __init__(self, sock: socket.socket, outbox: Outbox) -> None:
        super().__init__(sock, outbox)
        self._fd = sock.fileno()
        self._control = bytearray(ANCILLARY_SIZE)
        self._pinned = [_pin(memory) for memory in (self.buffer, self._control, outbox.room)]
        buffer, control, _ = map(ctypes.addressof, self._pinned)
        self._vector = array("Q", [buffer, BUFFER_SIZE])
        vector, _ = self._vector.buffer_info()
        self._header = array("Q", [0, 0, vector, 1, control, 0, 0])
        # References that are made once: any other argument would be converted at each call.
        self._message = ctypes.byref(_pin(self._header))
        self._room = ctypes.byref(self._pinned[2])
        self._errno = ctypes.c_int.from_address(_errno_location())
        self._glances: Glances | None = None
        self._flags = _RECEIVE

    def receive(self) -> int:
        """Return how many bytes came, 0 if none are there now, as `Calls` does."""
        header, glances = self._header, self._glances
        header[_CONTROL_SIZE] = ANCILLARY_SIZE
        count: int = _receive(self._fd, self._message, self._flags)
        if count < 0:
            count = self._receive_again()
            if not count:
                return 0
        if not count or header[_CONTROL_SIZE] or header[_FLAGS] != CLOSE_ON_EXEC:
            self.take_in(count, self._ancillary(header[_CONTROL_SIZE]), header[_FLAGS])
        if glances is not None:
            glances.seen += count
            if glances.seen > FEW or not glances.flag:
                glances.settle(count)
                self._flags = _RECEIVE | glances.flag
        return count

    def _receive_again(self) -> int:
        """Say what a receive that failed means, and let a client that shares the CPU run first."""
        count = -1
        if self._glances is not None and self._errno.value == EAGAIN:
            _yield()
            count = _receive(self._fd, self._message, self._flags)
        if count < 0 and self._errno.value != EAGAIN:
            raise WireClosed(f"the connection broke: {os.strerror(self._errno.value)}")
        return max(count, 0)  # the end of the stream, which is 0, is met again by the next receive

    def send(self) -> int:
        """Send what is in the outbox, as `Calls` does."""
        outbox = self.outbox
        filled = outbox.filled
        if filled > _SHORT or outbox.tail:
            return super().send()
        count: int = _send(self._fd, self._room, filled, _SEND)
        if count == filled:
            outbox.filled = 0
            return 0
        return outbox.drop(count) if count >= 0 else super().send()

    def share_cpu(self, shared: bool) -> None:
        """Hand the CPU over where nothing is there, and receive by glances, if shared."""
        self.settle()
        self._glances = None
        self._flags = _RECEIVE
        if shared:
            with suppress(OSError):  # not every kernel lets glances go on where the last one ended
                self._glances = Glances(self.socket)
                self._flags = _RECEIVE | self._glances.flag

    def settle(self) -> None:
        """Leave nothing in the socket that was received."""
        if self._glances is not None:
            self._glances.take_out()

    def close(self) -> None:
        """Close the socket, and forget its number, which may soon be another file's."""
        self.settle()  # or the client would find the connection reset
        self._fd = -1
        super().close()

    def _ancillary(self, size: int) -> Iterator[tuple[int, int, bytes]]:
        start = 0
        while start + _CONTROL.size <= size:
            length, level, kind = _CONTROL.unpack_from(self._control, start)
            yield level, kind, bytes(self._control[start + _CONTROL.size : start + length])
            start += -(-length // _WORD) * _WORD


def _pin(memory: "bytearray | array[int]") -> "ctypes.Array[ctypes.c_char]":
    """Return memory as C has it; while that exists, it stays where it is."""
    return (ctypes.c_char * memoryview(memory).nbytes).from_buffer(memory)
