"""Ranges of addresses, with and without names."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Span = tuple[int, int]
"""The first address of a range, and the one after its last."""


class Place(NamedTuple):
    """A range of addresses that has a name, and what it is.

    A register; memory; a table, which something else than storage answers for; or undeclared, where
    there is nothing to change.
    """

    start: int
    end: int
    name: str
    kind: Literal["register", "memory", "table", "undeclared"]


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans, given in order, with those that touch or overlap made one."""
    last: Span | None = None
    for start, end in spans:
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last
