"""What takes long: searches and files, and what there is to say of them afterwards."""

from typing import Any

import muserlab as ml

from ...jobs import Tick
from ..sizes import size_text

Outcome = tuple[str, dict[str, Any]]


def find(space: ml.AddressSpace, what: bytes, at: int, backwards: bool, tick: Tick) -> Outcome:
    """Look for bytes from an address on, to the end and on from the beginning; or backwards."""
    rest = at + len(what) - 1
    if backwards:
        first = space.find(what, 0, rest, backwards=True, tick=tick)
        again = space.find(what, at, backwards=True, tick=tick) if first is None else None
        edge = "end"
    else:
        first = space.find(what, at, tick=tick)
        again = space.find(what, 0, rest, tick=tick) if first is None else None
        edge = "beginning"
    found = again if first is None else first
    if found is None:
        return f"not found in {space.name}", {}
    around = "" if found == first else f", on from the {edge}"
    return f"found at {found:#x}{around}", {"at": f"{found:x}", "length": len(what)}


def save(
    space: ml.AddressSpace, path: str, start: int, end: int, overwrite: bool, tick: Tick
) -> Outcome:
    """Save a range to a file."""
    size = space.save(path, start, end, overwrite=overwrite, tick=tick)
    return f"saved {size_text(size)} to {path}", {}


def load(space: ml.AddressSpace, path: str, at: int, tick: Tick) -> Outcome:
    """Load a file at an address."""
    size = space.load(path, at, tick=tick)
    return f"loaded {size_text(size)} from {path} at {at:#x}", {"at": f"{at:x}", "length": size}
