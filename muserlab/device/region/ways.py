"""The straight way to a part of a region, for accesses that lie in it entirely.

What such accesses have in common is looked up once, in closures: an access itself is a call. Who
has one may call it as often as wanted, whatever happens to the region: each access looks whether
its way is free, and takes the detour otherwise.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from muserlab.device.region.chain import defined
from muserlab.device.region.hooktable import HookTable
from muserlab.device.region.part import Part
from muserlab.device.region.steps import until
from muserlab.trace import GOES_ON, Kind, Trace

Reader = Callable[[int, int], bytes | Awaitable[bytes]]
"""Called with offset and count."""

Writer = Callable[[int, bytes], Awaitable[None] | None]
"""Called with offset and data."""


class Straight(NamedTuple):
    """How a part is read and written."""

    read: Reader
    write: Writer


class Detour:
    """How accesses of one region go where they cannot go straight: by its steps.

    always: whether all of them do, because there are breakpoints, or other straight ways by now.
    hooks: the region's; accesses go round where raw ones are defined.
    """

    __slots__ = ("always", "hooks", "read", "write")

    def __init__(self, hooks: HookTable, read: Reader, write: Writer) -> None:
        self.always = False
        self.hooks = hooks
        self.read = read
        self.write = write


def straight_to(part: Part, where: str, trace: Trace, detour: Detour) -> Straight:
    """Return the way to a part, which the trace says is at `where`."""
    return Straight(_reader(part, where, trace, detour), _writer(part, where, trace, detour))


def _reader(part: Part, where: str, trace: Trace, detour: Detour) -> Reader:
    hooks = detour.hooks
    answer, clock, record = part.read, trace.clock, trace.recorder(Kind.READ, where)

    def read(offset: int, count: int) -> bytes | Awaitable[bytes]:
        if detour.always or (hooks.reads and defined(hooks.reads)):
            return detour.read(offset, count)
        began = clock()
        data = answer(offset, count)
        if isinstance(data, bytes):
            record(offset, data, began)
            return data
        return read_on(data, offset, began)

    async def read_on(pending: Awaitable[bytes], offset: int, began: int) -> bytes:
        data = await pending
        record(offset, data, began)
        return data

    return read


def _writer(part: Part, where: str, trace: Trace, detour: Detour) -> Writer:
    hooks = detour.hooks
    take, clock, record = part.write, trace.clock, trace.recorder(Kind.WRITE, where)
    answered = trace.answered

    def write(offset: int, data: bytes) -> Awaitable[None] | None:
        if detour.always or (hooks.writes and defined(hooks.writes)):
            return detour.write(offset, data)
        if part.plain:
            began = clock()
            take(offset, data)
            record(offset, data, began)
            return None
        return watched(offset, data)

    def watched(offset: int, data: bytes) -> Awaitable[None] | None:
        # What hooks do is recorded after the write that they do it for.
        seq, pending = record(offset, data, GOES_ON), None
        try:
            pending = take(offset, data)
        finally:
            if pending is None:
                answered(seq)
        return None if pending is None else until(pending, answered, seq)

    return write
