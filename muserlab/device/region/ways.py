"""The straight way to a part of a region, for accesses that lie in it entirely.

What such accesses have in common is looked up once, in closures: an access itself is a call. Who
has one may call it as often as wanted, whatever is patched: where a raw hook or a breakpoint is in
the way, the access goes round by the region's steps.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from muserlab.device.region.chain import defined
from muserlab.device.region.guard import Guard
from muserlab.device.region.hooktable import HookTable
from muserlab.device.region.part import Part
from muserlab.device.region.steps import until
from muserlab.trace import GOES_ON, Kind, Trace

Reader = Callable[[int, int], bytes | Awaitable[bytes]]
"""Called with offset and count."""

Writer = Callable[[int, bytes], Awaitable[None] | None]
"""Called with offset and data."""


class Way(NamedTuple):
    """How a part is read and written."""

    read: Reader
    write: Writer


class Crossing(NamedTuple):
    """What all ways of a region cross: its raw hooks and breakpoints, and how it goes on there."""

    hooks: HookTable
    guard: Guard
    read: Reader
    write: Writer


def way_to(part: Part, where: str, trace: Trace, crossing: Crossing) -> Way:
    """Return the way to a part, which the trace says is at `where`."""
    return Way(_reader(part, where, trace, crossing), _writer(part, where, trace, crossing))


def _reader(part: Part, where: str, trace: Trace, crossing: Crossing) -> Reader:
    hooks, guard, by_steps, _ = crossing
    answer, clock, record = part.read, trace.clock, trace.recorder(Kind.READ, where)

    def read(offset: int, count: int) -> bytes | Awaitable[bytes]:
        if guard.breakpoints or (hooks.reads and defined(hooks.reads)):
            return by_steps(offset, count)
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


def _writer(part: Part, where: str, trace: Trace, crossing: Crossing) -> Writer:
    hooks, guard, _, by_steps = crossing
    take, clock, record = part.write, trace.clock, trace.recorder(Kind.WRITE, where)
    answered = trace.answered

    def write(offset: int, data: bytes) -> Awaitable[None] | None:
        if guard.breakpoints or (hooks.writes and defined(hooks.writes)):
            return by_steps(offset, data)
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
