"""The 16 bytes in front of every message.

Message id and command (2 bytes each), size of the whole message, flags and errno (4 bytes each), in
the host's byte order (vfio-user specification, Header).
"""

from struct import Struct

HEADER = Struct("=HHIII")

TYPE_MASK = 0xF
TYPE_COMMAND = 0
TYPE_REPLY = 1
NO_REPLY = 1 << 4
ERROR = 1 << 5


def frame(message_id: int, command: int, flags: int, payload: bytes = b"", errno: int = 0) -> bytes:
    """Put a header in front of a payload."""
    return HEADER.pack(message_id, command, HEADER.size + len(payload), flags, errno) + payload
