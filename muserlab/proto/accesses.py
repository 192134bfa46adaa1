"""The fast lane: region reads and writes in place, with one unpack for header and body.

Nearly all traffic is such accesses. Whatever is unusual about one, from an odd flag to a count
beyond the limit, is left to the general way, so that its rules are written once.
"""

from struct import Struct

from .constants import Command
from .envelopes import Reply, Request
from .header import NO_REPLY, TYPE_REPLY
from .messages.access import RegionData, RegionRead, RegionWrite

_ACCESS = Struct("=HHIIIQII")
_SIZE = _ACCESS.size
_READ = int(Command.REGION_READ)
_WRITE = int(Command.REGION_WRITE)


def read_accesses(
    view: memoryview, position: int, limit: int, messages: list[Request | Reply]
) -> int:
    """Append the plain accesses that lie one behind the other from a position on.

    limit: the largest count, in bytes.

    Returns the position of the first message that is not one, or not whole.
    """
    end = len(view)
    while end - position >= _SIZE:
        message_id, command, size, flags, _, offset, region, count = _ACCESS.unpack_from(
            view, position
        )
        if count > limit:
            break
        if command == _READ and size == _SIZE and not flags:
            messages.append(Request(message_id, RegionRead(offset, region, count)))
        elif (
            command == _WRITE
            and size == _SIZE + count <= end - position
            and flags | NO_REPLY == NO_REPLY
        ):
            data = bytes(view[position + _SIZE : position + size])
            messages.append(Request(message_id, RegionWrite(offset, region, data), flags != 0))
        else:
            break
        position += size
    return position


def frame_region_data(message_id: int, body: RegionData) -> bytes:
    """Lay the reply to a region read out, header and all."""
    count = len(body.data)
    return (
        _ACCESS.pack(
            message_id, _READ, _SIZE + count, TYPE_REPLY, 0, body.offset, body.region, count
        )
        + body.data
    )
