"""What a request for an ordinary access leads to, found once for all that are like it.

Requests that differ only in id and data have 30 bytes in common, from command to count: the key of
their way. Their replies are alike as well.
"""

from collections.abc import Awaitable, Callable, Mapping
from struct import Struct
from typing import Protocol

from .constants import Command
from .header import HEADER, NO_REPLY, TYPE_REPLY
from .outbox import COPIED

Reader = Callable[[int, int], bytes | memoryview | Awaitable[bytes]]
"""Called with offset and count."""

Writer = Callable[[int, bytes], Awaitable[None] | None]
"""Called with offset and data."""

_KEY = Struct("=HIIIQII")
"""Command, size, flags, errno; offset, region, count."""

_HEAD = Struct("=HIII")
"""The header's part of it."""

KEY_SIZE = _KEY.size
FIXED = HEADER.size + 16
"""Bytes of an access without its data."""

INLINE = 8
"""Bytes of data that are unpacked with their request."""

_WITH_DATA = {count: Struct(f"=H{KEY_SIZE}s{count}s").pack_into for count in range(1, INLINE + 1)}
"""What packs the reply to a read of a register: id; what else it says; data."""

_READ = int(Command.REGION_READ)
_WRITE = int(Command.REGION_WRITE)


class Target(Protocol):
    """A region, as far as accesses go."""

    def reader(self, offset: int, count: int, /) -> Reader:
        """Return what reads count bytes from offset, as often as it is called with both.

        What it returns is the data, or gives it later.
        """
        ...

    def lend(self, offset: int, count: int, /) -> memoryview | None:
        """Carry a read out, and return the memory itself; None where a reader is to be asked."""
        ...

    def writer(self, offset: int, count: int, /) -> Writer:
        """Return what puts count bytes at offset, as often as it is called with offset and data.

        What it returns is None, or does so later.
        """
        ...


class Way:
    """How accesses of one kind and place are carried out and answered.

    read, write: what does it; one of them is None.
    size: bytes of the request.
    reply: what the reply says, but for its id, without data; empty where no reply is wanted.
    reply_size: bytes of the whole reply.
    pack: packs id, reply and data of a short read; None where the data is put behind it.
    """

    __slots__ = ("count", "offset", "pack", "read", "reply", "reply_size", "size", "write")

    count: int
    offset: int
    size: int
    reply: bytes
    reply_size: int
    pack: Callable[..., None] | None
    read: Reader | None
    write: Writer | None


_MOST = 1024


class Ways(dict[bytes, Way | None]):
    """The ways of one connection, each found when its key is first looked for.

    targets: the regions by index.
    limit: the largest count, in bytes.

    Requests that are no ordinary accesses have the way None. So many ways are kept that a driver's
    are among them; to find one takes about as long as the lane takes for an access.
    """

    def __init__(self, targets: Mapping[int, Target], limit: int) -> None:
        super().__init__()
        self._targets = targets
        self._limit = limit

    def __missing__(self, key: bytes) -> Way | None:
        try:
            way = self._find(key)
        except Exception:  # noqa: BLE001 - the general way meets it again, and answers for it
            return None
        if len(self) >= _MOST:
            self.clear()
        self[key] = way
        return way

    def _find(self, key: bytes) -> Way | None:
        command, size, flags, _, offset, index, count = _KEY.unpack(key)
        target = self._targets.get(index)
        if target is None or count > self._limit:
            return None
        way = Way()
        way.offset, way.count, way.size = offset, count, size
        if command == _READ and size == FIXED and not flags:
            way.reply_size = FIXED + count
            way.reply = _reply(_READ, way.reply_size, key)
            way.pack = _WITH_DATA.get(count)
            way.read = _lending(target) if count > COPIED else target.reader(offset, count)
            way.write = None
            return way
        if command == _WRITE and size == FIXED + count and flags | NO_REPLY == NO_REPLY:
            way.reply_size = FIXED
            way.reply = b"" if flags else _reply(_WRITE, FIXED, key)
            way.pack = way.read = None
            way.write = target.writer(offset, count)
            return way
        return None


def _reply(command: int, size: int, key: bytes) -> bytes:
    """Return what a reply says: its own header, and of the access what the request said."""
    return _HEAD.pack(command, size, TYPE_REPLY, 0) + key[_HEAD.size :]


def _lending(target: Target) -> Reader:
    """Return what reads without copying wherever it can be done."""

    def read(offset: int, count: int) -> bytes | memoryview | Awaitable[bytes]:
        lent = target.lend(offset, count)
        return target.reader(offset, count)(offset, count) if lent is None else lent

    return read
