"""The fast lane: ordinary region accesses, from the bytes received to those sent in one story.

Nearly all traffic is small reads and writes of regions, the same ones again and again. They need no
message objects: what a request says besides its id is looked up as the bytes that it is. That gives
its way (`Way`): what carries such an access out, and the reply but for id and data.

The lane takes only what is certain to be ordinary. The first message that is anything else stays
where it is, for `Connection`, which has the rules. An access that its region does not answer at
once is handed on with what came of it instead.
"""

from collections.abc import Awaitable, Mapping
from struct import Struct
from time import monotonic as now
from typing import NamedTuple

from .codec import decode_request
from .envelopes import Request
from .header import HEADER, NO_REPLY, Header
from .outbox import SIZE, Outbox
from .way import FIXED, INLINE, KEY_SIZE, Target, Ways

_REQUEST = Struct(f"=H{KEY_SIZE}s{INLINE}s")
"""Id; what else header and body say; data, or whatever else follows."""

SLACK = _REQUEST.size
"""Bytes that a receive buffer needs behind its last, so that any request can be unpacked."""

_FULL = SIZE - SLACK

_unpack = _REQUEST.unpack_from
_pack = Struct(f"=H{KEY_SIZE}s").pack_into


Outcome = Awaitable[bytes] | Awaitable[None] | BaseException


class Begun(NamedTuple):
    """A request that its region began to carry out, and what came of it instead of an answer."""

    request: Request
    outcome: Outcome


class Lane:
    """Carries out the ordinary accesses of one connection, none before `lead_to`."""

    __slots__ = ("_outbox", "_ways")

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.lead_to({}, 0)

    def lead_to(self, targets: Mapping[int, Target], limit: int) -> None:
        """Have these regions, by index, and accesses of up to `limit` bytes, from now on."""
        self._ways = Ways(targets, limit)

    def carry_out(
        self, buffer: bytearray, position: int, end: int, deadline: float
    ) -> tuple[int, Begun | None]:
        """Carry out the accesses that lie between position and end, and pack their replies.

        That ends before a message that is not ordinary or not all there; behind an access that is
        left to others; behind a reply that fills the outbox; and behind the first access that is
        done after the deadline (in the time of `time.monotonic`).

        Returns where the next message begins, and the access that is left to others.
        """
        outbox, ways = self._outbox, self._ways
        out, at = outbox.room, outbox.filled
        outcome: Outcome | None = None
        while at < _FULL:
            number, key, data = _unpack(buffer, position)
            way = ways[key]
            if way is None or (behind := position + way.size) > end:
                break
            try:
                pack, read, write = way.pack, way.read, way.write
                if read is not None:
                    answer = read(way.offset, way.count)
                    if pack is not None and isinstance(answer, bytes):
                        pack(out, at, number, way.reply, answer)
                        at += way.reply_size
                    elif isinstance(answer, bytes | memoryview):
                        _pack(out, at, number, way.reply)
                        at = outbox.put(at + FIXED, answer)
                    else:
                        outcome = answer
                elif write is not None:
                    if way.count > INLINE:
                        data = bytes(memoryview(buffer)[position + FIXED : behind])
                    outcome = write(way.offset, data[: way.count])
                    if outcome is None and way.reply:
                        _pack(out, at, number, way.reply)
                        at += FIXED
            except BaseException as error:  # noqa: BLE001 - whoever goes on judges it
                outcome = error
            if outcome is not None:
                outbox.filled = at
                return behind, Begun(_request(memoryview(buffer)[position:behind]), outcome)
            position = behind
            if position == end or outbox.tail or now() > deadline:
                break
        outbox.filled = at
        return position, None


def _request(message: memoryview) -> Request:
    header = Header.read(message, 0)
    body = decode_request(header.command, message[HEADER.size :])
    return Request(header.message_id, body, header.flags == NO_REPLY)
