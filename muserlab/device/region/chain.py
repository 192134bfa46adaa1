"""The raw hooks of a region: who is asked before the parts, and where that cuts an access."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from muserlab.live import Hook


class Link(NamedTuple):
    """A raw hook of the bytes from start up to stop."""

    start: int
    stop: int
    hook: Hook


Chain = tuple[Link, ...]
"""Raw hooks in the order in which they are asked: the smallest range first, the region last."""

Piece = tuple[int, int, Iterable[Hook]]
"""Start and end of a piece of an access, and the raw hooks to ask about it."""


def extended(chain: Chain, link: Link) -> Chain:
    """Return chain with link at its place: before larger ranges, after others of its size."""
    return tuple(sorted((*chain, link), key=lambda link: link.stop - link.start))


def defined(chain: Chain) -> bool:
    """Tell whether any of the hooks has a version: one that was only looked at has none."""
    return any(link.hook for link in chain)


def cuts(chain: Chain, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of an access, each of which lies in or out of every hooked range."""
    borders = {start, end}
    for link in chain:
        if link.hook:
            borders.update(at for at in (link.start, link.stop) if start < at < end)
    return pairwise(sorted(borders))


def asked(chain: Chain, start: int, end: int) -> Iterator[Hook]:
    """Yield the hooks to ask about a piece."""
    return (link.hook for link in chain if link.start <= start and end <= link.stop and link.hook)
