"""The 16 bytes in front of every message.

Message id and command (2 bytes each), size of the whole message, flags and errno (4 bytes each), in
the host's byte order (vfio-user specification, Header).
"""

from struct import Struct
from typing import NamedTuple, Self

HEADER = Struct("=HHIII")

TYPE_MASK = 0xF
TYPE_COMMAND = 0
TYPE_REPLY = 1
NO_REPLY = 1 << 4
ERROR = 1 << 5


class Header(NamedTuple):
    """What the header says.

    size: of the whole message, in bytes.
    flags: the type in the lowest 4 bits, NO_REPLY and ERROR.
    errno: of an error reply.
    """

    message_id: int
    command: int
    size: int
    flags: int
    errno: int

    @classmethod
    def read(cls, view: memoryview, position: int) -> Self:
        """Read the header that starts at a position, all of which must be there."""
        return cls(*HEADER.unpack_from(view, position))

    @property
    def kind(self) -> int:
        """TYPE_COMMAND, TYPE_REPLY, or a number that is neither."""
        return self.flags & TYPE_MASK


def size_at(buffer: bytearray, position: int) -> int:
    """Return how large the message that begins there says it is: its header at least."""
    return max(Header.read(memoryview(buffer), position).size, HEADER.size)


def frame(message_id: int, command: int, flags: int, payload: bytes = b"", errno: int = 0) -> bytes:
    """Put a header in front of a payload."""
    return HEADER.pack(message_id, command, HEADER.size + len(payload), flags, errno) + payload
