"""What happened when, as lanes: an axis of time for each register, interrupt, and DMA."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from muserlab.trace.event import Kind
from muserlab.trace.index.index import Found, Index
from muserlab.trace.index.overview import Overview
from muserlab.trace.index.place import Place
from muserlab.trace.index.summary import Summary
from muserlab.trace.ring import event_of

LIFE = "device"
"""The lane of what happens to the device itself: connections, resets, patches, faults."""

OTHERS = "others"
"""The lane of the places that have none of their own, since there are too many."""

_TONES: dict[str, str] = {
    Kind.READ: "read",
    Kind.WRITE: "write",
    Kind.CHANGE: "write",
    Kind.IRQ: "irq",
    Kind.DMA_READ: "dma",
    Kind.DMA_WRITE: "dma",
    Kind.DMA_MAP: "dma",
    Kind.DMA_UNMAP: "dma",
    Kind.PATCH: "patch",
    Kind.FAULT: "fault",
}
_MOST_COUNTED = 0xFFFF
_BINS_OF_A_BLOCK = 2


class Lane(NamedTuple):
    """An axis of time: the device, and what it is about."""

    device: str
    name: str


class Mark(NamedTuple):
    """An event by itself: its row's number, time, lane, what to show it as, and data.

    It began at `began_ns`; what took no time that is known took 0.
    """

    number: int
    time_ns: int
    lane: int
    tone: str
    data: bytes
    began_ns: int
    took_ns: int


@dataclass(slots=True)
class Timeline:
    """What lies between two times: events one by one or, of too many, how many in which part of it.

    `series` names the lane and tone of each row of counts.
    """

    lanes: list[Lane]
    marks: list[Mark] = field(default_factory=list[Mark])
    series: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    counts: list[Sequence[int]] = field(default_factory=list[Sequence[int]])


def tone_of(kind: str) -> str:
    """Return what a kind of event is shown as: read, write, irq, dma, patch, fault or event."""
    return _TONES.get(kind, "event")  # a Kind is equal to its text


def lane_of(place: Place) -> Lane:
    """Return the lane of what happens at a place."""
    device, kind, where = place
    return Lane(device, where if tone_of(kind) in {"read", "write", "irq", "dma"} else LIFE)


def lanes_of(summary: Summary, most: int) -> list[Lane]:
    """Return the lanes of the busiest places, sorted by name, the device's own first.

    Interrupts and DMA are rare beside the accesses that lead to them: the busiest of theirs come
    before registers, but take no more than half of the lanes.
    """
    counts: Counter[Lane] = Counter()
    signals: set[Lane] = set()
    for place, count in summary.places.items():
        lane = lane_of(place)
        counts[lane] += count
        if tone_of(place[1]) in {"irq", "dma"}:
            signals.add(lane)
    busiest = sorted(counts, key=lambda lane: (-counts[lane], lane))
    before = set([lane for lane in busiest if lane in signals][: most // 2])
    busiest.sort(key=lambda lane: (lane.name != LIFE, lane not in before))
    chosen = sorted(busiest[:most], key=_in_order)
    return chosen if len(busiest) <= most else [*chosen, Lane("", OTHERS)]


def timeline(
    index: Index,
    overview: Overview,
    lanes: list[Lane],
    since_ns: int,
    until_ns: int,
    bins: int,
    most_marks: int,
) -> Timeline:
    """Return what lies from one time to another, in as many parts as there are bins."""
    first, end = index.rows.at_time(since_ns), index.rows.at_time(until_ns)
    numbers = {lane: number for number, lane in enumerate(lanes)}
    if end - first <= most_marks:
        return Timeline(lanes, [_mark(found, numbers) for found in index.found(first, end)])
    counting = _Counting(numbers, since_ns, until_ns, bins)
    for piece in overview.pieces(first, end, counting.bin_ns * _BINS_OF_A_BLOCK):
        if isinstance(piece, Summary):
            counting.add_block(piece)
        else:
            counting.add(piece)
    return Timeline(lanes, [], list(counting.counts), list(counting.counts.values()))


def _mark(found: Found, numbers: dict[Lane, int]) -> Mark:
    number, device, record = found
    event = event_of(record)
    lane = numbers.get(lane_of((device, event.kind, event.where)), len(numbers) - 1)
    tone, took_ns = tone_of(event.kind), event.took_ns or 0
    return Mark(number, event.time_ns, lane, tone, event.data, event.began_ns, took_ns)


class _Counting:
    """Counts events by lane, tone and part of the time."""

    def __init__(self, numbers: dict[Lane, int], since_ns: int, until_ns: int, bins: int) -> None:
        self._numbers = numbers
        self._since = since_ns
        self._bins = bins
        self.bin_ns = max(1, -(-(until_ns - since_ns) // bins))
        self.counts: dict[tuple[int, str], array[int]] = {}
        self._places: dict[Place, array[int]] = {}

    def add(self, found: Iterable[Found]) -> None:
        for _, device, record in found:
            self._count((device, record[2], record[3]), self._bin(record[1]), 1)

    def add_block(self, block: Summary) -> None:
        """Spread a block's counts evenly over the bins that it lies in, which are few."""
        first, last = self._bin(block.first_ns), self._bin(block.last_ns)
        for place, count in block.places.items():
            share, more = divmod(count, last - first + 1)
            for at in range(first, last + 1):
                self._count(place, at, share + (at - first < more))

    def _bin(self, time_ns: int) -> int:
        return min(max((time_ns - self._since) // self.bin_ns, 0), self._bins - 1)

    def _count(self, place: Place, at: int, count: int) -> None:
        counts = self._places.get(place)
        if counts is None:
            series = self._numbers.get(lane_of(place), len(self._numbers) - 1), tone_of(place[1])
            counts = self.counts.setdefault(series, array("H", bytes(2 * self._bins)))
            self._places[place] = counts
        counts[at] = min(counts[at] + count, _MOST_COUNTED)


def _in_order(lane: Lane) -> tuple[object, ...]:
    """Sort the device's own lane first, then by name, in which numbers count as such."""
    parts = re.split(r"(\d+)", lane.name)  # text and digits take turns
    name = tuple(int(part) if at % 2 else part for at, part in enumerate(parts))
    return lane.device, lane.name != LIFE, name
