"""What one view of memory sees: the bytes around its window, cut into blocks that travel alone."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import muserlab as ml

from ..live import Picture

BLOCK = 256  # bytes: of what changes, so much is sent
MOST = 64  # blocks that one view may want: several screens
PLACES = 512  # names in sight
RANGES = 1024  # that are told apart; a client may map many more


def ranges(space: ml.AddressSpace) -> list[tuple[str, str, str]]:
    """Return start and end of what there is, in order; of what is not readable the reason too."""
    readable = ((start, end, "") for start, end in space.readable())
    found = sorted([*readable, *space.hidden()])[:RANGES]
    return [(f"{start:x}", f"{end:x}", reason) for start, end, reason in found]


def blocks(space: ml.AddressSpace, wants: Mapping[str, Any]) -> Picture:
    """Return what a view wants of a space: blocks of bytes, each by an @ and its first address.

    `wants["blocks"]` are the addresses of blocks, in hexadecimal. A block is cut where what is
    readable ends.
    """
    picture: Picture = {}
    readable = list(space.readable())
    for wanted in _wanted(wants):
        for start, end in readable:
            low, high = max(start, wanted), min(end, wanted + BLOCK)
            if low < high:
                try:
                    picture[f"@{low:x}"] = space.peek(low, high - low)
                except ml.DeviceError:  # the client took the memory back just now
                    continue
    return picture


def places(space: ml.AddressSpace, wants: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return start, end, name and kind of what has a name in the blocks that a view wants."""
    found = dict.fromkeys(
        place
        for at in _wanted(wants)
        if at < space.size
        for place in space.places(at, min(at + BLOCK, space.size))
    )
    shown = islice(found, PLACES)
    return [(f"{one.start:x}", f"{one.end:x}", one.name, str(one.kind)) for one in shown]


def _wanted(wants: Mapping[str, Any]) -> Iterator[int]:
    asked: list[str] = wants.get("blocks") or []
    for text in asked[:MOST]:
        yield int(text, 16)
