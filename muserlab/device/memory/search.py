"""Looking for bytes in an address space, a piece at a time."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from muserlab.device.memory.place import Span, joined

if TYPE_CHECKING:
    from muserlab.device.memory.space import AddressSpace

PIECE = 1 << 18
"""Bytes looked through at once: some 50 µs in which no other thread runs."""


def search(
    space: "AddressSpace",
    what: bytes,
    start: int,
    end: int,
    backwards: bool,
    tick: Callable[[int], object],
) -> int | None:
    """Return the first address (or last) at which bytes lie entirely from start up to end."""
    if not what:
        raise ValueError("there is nothing to look for: no bytes")
    spans = [(a, b) for a, b in _worth_reading(space, what, start, end) if b - a >= len(what)]
    done = 0
    for first, last in reversed(spans) if backwards else spans:
        for at, stop in _pieces(first, last, len(what), backwards):
            part = space.peek(at, stop - at)
            found = part.rfind(what) if backwards else part.find(what)
            if found >= 0:
                return at + found
            done += stop - at
            tick(done)
    return None


def _worth_reading(space: "AddressSpace", what: bytes, start: int, end: int) -> Iterator[Span]:
    """Yield where a match can begin or end: touched memory, and what is just around it."""
    around = len(what) - 1
    for first, last in space.readable():
        low, high = max(first, start), min(last, end)
        if low >= high:
            continue
        if not any(what):  # untouched memory is full of them
            yield low, high
            continue
        near = ((max(a - around, low), min(b + around, high)) for a, b in space.touched(low, high))
        yield from joined(near)


def _pieces(first: int, last: int, length: int, backwards: bool) -> Iterator[Span]:
    """Yield pieces that overlap by so much that each match lies in one entirely."""
    starts = range(first, last - length + 1, PIECE)
    for at in reversed(starts) if backwards else starts:
        yield at, min(at + PIECE + length - 1, last)
