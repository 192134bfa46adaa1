"""The client's memory, as far as a trace knows it: what was read is there, what is written stays.

Nothing of it is the client's. Each copy of a device has its own.
"""

import fcntl
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from mmap import PAGESIZE
from typing import NamedTuple

from muserlab.device import DMA, DmaError, DmaRegion
from muserlab.trace import Event, Kind

_MOST = 1 << 40
"""Bytes of the largest mapping that there is memory for; of larger ones, where transfers went."""
_TRANSFERS = (Kind.DMA_READ, Kind.DMA_WRITE)


class Range(NamedTuple):
    """Addresses that the client mapped, and the direction."""

    iova: int
    size: int
    readable: bool
    writable: bool

    @property
    def end(self) -> int:
        """The address after its last."""
        return self.iova + self.size


class RecordedMemory:
    """Memory at all addresses that are mapped in the course of a trace.

    `mapped` is what is mapped at its beginning: of the client's present regions those that the
    trace does not map itself, and those that it unmaps. Transfers that were recorded elsewhere,
    when the trace has lost the mapping, have theirs as well.

    It lies in one sparse file, so that what goes away and is mapped again is as it was.
    """

    def __init__(self, events: Sequence[Event], present: Iterable[DmaRegion]) -> None:
        began, ended = list(_noted(events, Kind.DMA_MAP)), list(_at_first(events))
        now = (Range(one.iova, one.size, one.readable, one.writable) for one in present)
        mapped = dict.fromkeys([*ended, *(one for one in now if one not in began)])
        known = _merged(one for one in (*mapped, *began) if one.size <= _MOST)
        strays = _merged(one for one in _transfers(events) if not _covered(one, known))
        self.mapped = (*_apart(mapped), *strays)
        self._areas = _merged([*known, *strays])
        self._starts = [area.iova for area in self._areas]
        sizes = (-(-area.size // PAGESIZE) * PAGESIZE for area in self._areas)
        *self._offsets, size = accumulate(sizes, initial=0)
        self._fd = os.memfd_create("muserlab-recorded", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._fd, size)
        fcntl.fcntl(self._fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)  # which lets it be mapped

    def put(self, iova: int, data: bytes) -> None:
        """Let the memory hold what a trace says was read from it."""
        os.pwrite(self._fd, data, self._offset(iova))

    def map(self, dma: DMA, mapped: Range) -> None:
        """Map a range of it for a copy's DMA, unless something else is mapped there."""
        with suppress(DmaError):
            dma.map(
                mapped.iova,
                mapped.size,
                self._offset(mapped.iova),
                readable=mapped.readable,
                writable=mapped.writable,
                fd=os.dup(self._fd),
            )

    def _offset(self, iova: int) -> int:
        at = bisect_right(self._starts, iova) - 1
        return self._offsets[at] + iova - self._starts[at]

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def noted(event: Event) -> Range:
    """Return what an event says was mapped or unmapped."""
    return Range(*DmaRegion.told(event.note))


def _noted(events: Iterable[Event], kind: Kind) -> Iterator[Range]:
    return (noted(event) for event in events if event.kind is kind)


def _at_first(events: Iterable[Event]) -> Iterator[Range]:
    """Yield what is unmapped without having been mapped before."""
    mapped: set[Range] = set()
    for event in events:
        if event.kind is Kind.DMA_MAP:
            mapped.add(noted(event))
        elif event.kind is Kind.DMA_UNMAP and noted(event) not in mapped:
            yield noted(event)


def _transfers(events: Iterable[Event]) -> Iterator[Range]:
    for event in events:
        if event.kind in _TRANSFERS and event.data and event.offset is not None:
            yield Range(event.offset, event.size, True, True)


def _apart(ranges: Iterable[Range]) -> Iterator[Range]:
    """Yield ranges but those that overlap an earlier one: they were not there at the same time."""
    kept: list[Range] = []
    for one in ranges:
        if not any(one.iova < other.end and other.iova < one.end for other in kept):
            kept.append(one)
            yield one


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Return what ranges cover together, by address, those that touch as one."""
    merged: list[Range] = []
    for one in sorted(ranges):
        if merged and one.iova <= merged[-1].end:
            start, end = merged[-1].iova, max(merged[-1].end, one.end)
            merged[-1] = Range(start, end - start, True, True)
        else:
            merged.append(one)
    return merged


def _covered(one: Range, areas: Sequence[Range]) -> bool:
    return any(area.iova <= one.iova and one.end <= area.end for area in areas)
