"""Receiving by glances: bytes are looked at first, and taken out of the kernel some time later.

Where bytes are taken out, the kernel tells their sender that it has room again. A client that waits
in a receive for its reply is woken by that for nothing, and where both share a CPU, they change
places once more for it, which takes as long as half an access.

So the socket keeps an offset of what was seen (SO_PEEK_OFF; socket(7)), and what lies before it is
taken out for several messages together. Descriptors come with a glance as duplicates; the kernel's
own go with what is taken out. None comes twice: a glance sees either all of a segment, or so much
that it is taken out at once.
"""

import ctypes
import socket

_OFFSET = 42
"""SO_PEEK_OFF (asm-generic/socket.h), which Python's socket does not have."""

FEW = 256
"""Bytes that may be left in the kernel. Where more come at a time, nobody waits for a reply."""

_AT_ONCE = int(socket.MSG_DONTWAIT)
_GLANCE = int(socket.MSG_PEEK)

_receive = ctypes.PyDLL(None).recv
_bin = ctypes.create_string_buffer(1 << 16)
"""Where what was seen is thrown away."""


class Glances:
    """What one socket's receives have seen and not taken out; raises OSError where none can.

    flag: what the next receive needs to be a glance, or 0 where it should be none.
    seen: bytes that glances have seen and that are not taken out yet. Whoever receives counts them;
      where they are more than FEW, or it was no glance, `settle` is called.
    """

    __slots__ = ("_fd", "flag", "seen")

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, _OFFSET, 0)
        self.flag = _GLANCE
        self._fd = sock.fileno()
        self.seen = 0

    def settle(self, count: int) -> None:
        """Take out what was seen; choose what the next receive is to be, by the count of this."""
        if not self.flag:
            self.seen -= count
        self.take_out()
        self.flag = _GLANCE if count <= FEW else 0

    def take_out(self) -> None:
        """Take out of the kernel what was seen."""
        while self.seen > 0:
            count = _receive(self._fd, _bin, min(self.seen, len(_bin)), _AT_ONCE)
            self.seen -= count if count > 0 else self.seen
