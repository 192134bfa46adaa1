"""The fast lane: ordinary region accesses, from the bytes received to those sent in one story.

Nearly all traffic is small reads and writes of regions. They need no message objects: header and
body are unpacked together where they were received, the region is asked, and the reply is packed
where it will be sent from.

The lane takes only what is certain to be ordinary. The first message that is anything else stays
where it is, for `Connection`, which has the rules. An access that its region does not answer at
once is handed on with what came of it instead.
"""

from collections.abc import Awaitable, Mapping
from struct import Struct
from time import monotonic as now
from typing import NamedTuple, Protocol

from .codec import decode_request
from .constants import Command
from .envelopes import Request
from .header import HEADER, NO_REPLY, TYPE_REPLY
from .outbox import COPIED, SIZE, Outbox

_INLINE = 8
"""Bytes of data that are unpacked with their request."""

_REQUEST = Struct(f"=HHIIIQII{_INLINE}s")
"""Id, command, size, flags, errno; offset, region, count; data, or whatever else follows."""

SLACK = _REQUEST.size
"""Bytes that a receive buffer needs behind its last, so that any request can be unpacked."""

_HEAD = Struct("=HHIIIQII")
_WITH_DATA = {count: Struct(f"=HHIIIQII{count}s").pack_into for count in (1, 2, 4, 8)}
"""What packs the reply to a read of a register."""

_FIXED = _HEAD.size
_FULL = SIZE - _FIXED - _INLINE
_READ = int(Command.REGION_READ)
_WRITE = int(Command.REGION_WRITE)
_REPLY = TYPE_REPLY

_unpack = _REQUEST.unpack_from
_pack = _HEAD.pack_into


class Target(Protocol):
    """A region, as far as accesses go."""

    def read(self, offset: int, count: int, /) -> bytes | Awaitable[bytes]:
        """Return count bytes from offset, or what gives them later."""
        ...

    def lend(self, offset: int, count: int, /) -> memoryview | None:
        """Carry a read out, and return the memory itself; None where `read` is to be asked."""
        ...

    def write(self, offset: int, data: bytes, /) -> Awaitable[None] | None:
        """Put data at offset, or return what does so later."""
        ...


Outcome = Awaitable[bytes] | Awaitable[None] | BaseException


class Begun(NamedTuple):
    """A request that its region began to carry out, and what came of it instead of an answer."""

    request: Request
    outcome: Outcome


class Lane:
    """Carries out the ordinary accesses of one connection.

    limit: the largest count, in bytes.
    targets: the regions by index; none of a connection on which nothing was agreed on yet.
    """

    __slots__ = ("_outbox", "limit", "targets")

    def __init__(self, outbox: Outbox) -> None:
        self.limit = 0
        self.targets: Mapping[int, Target] = {}
        self._outbox = outbox

    def carry_out(
        self, buffer: bytearray, position: int, end: int, deadline: float
    ) -> tuple[int, Begun | None]:
        """Carry out the accesses that lie one behind the other, and pack their replies.

        That ends before a message that is not ordinary or not all there; behind an access that is
        left to others; behind a reply that fills the outbox; and behind the first access that is
        done after the deadline (in the time of `time.monotonic`).

        Returns where the next message begins, and the access that is left to others.
        """
        outbox, targets, limit = self._outbox, self.targets, self.limit
        out, at = outbox.room, outbox.filled
        number = command = size = flags = 0
        answer: bytes | memoryview | Awaitable[bytes] | None
        outcome: Outcome | None = None
        try:
            while position < end and at < _FULL:
                number, command, size, flags, _, offset, index, count, data = _unpack(
                    buffer, position
                )
                target = targets.get(index)
                if target is None or count > limit or position + size > end:
                    break
                if command == _READ and size == _FIXED and not flags:
                    answer = target.lend(offset, count) if count > COPIED else None
                    if answer is None:
                        answer = target.read(offset, count)
                        if not isinstance(answer, bytes):
                            outcome = answer
                            break
                    whole, pack = _FIXED + count, _WITH_DATA.get(count)
                    if pack is not None:
                        pack(out, at, number, _READ, whole, _REPLY, 0, offset, index, count, answer)
                        at += whole
                    else:
                        _pack(out, at, number, _READ, whole, _REPLY, 0, offset, index, count)
                        at = outbox.put(at + _FIXED, answer)
                elif command == _WRITE and size == _FIXED + count and flags | NO_REPLY == NO_REPLY:
                    if count > _INLINE:
                        data = bytes(memoryview(buffer)[position + _FIXED : position + size])
                    outcome = target.write(offset, data[:count])
                    if outcome is not None:
                        break
                    if not flags:
                        _pack(out, at, number, _WRITE, _FIXED, _REPLY, 0, offset, index, count)
                        at += _FIXED
                else:
                    break
                position += size
                if position < end and (outbox.tail or now() > deadline):
                    break
        except BaseException as error:  # noqa: BLE001 - whoever goes on judges it
            outcome = error
        outbox.filled = at
        if outcome is None:
            return position, None
        body = decode_request(command, memoryview(buffer)[position + HEADER.size : position + size])
        return position + size, Begun(Request(number, body, flags == NO_REPLY), outcome)
