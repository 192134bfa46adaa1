"""The slots that a trace keeps its events in.

A slot holds a plain tuple of an event's fields; the Event is made when somebody looks. That halves
the cost of recording. (Packing the fields into bytes or into columns was measured as well: it takes
less memory, and up to half as much time again.) The kind is kept as its text, so that all of the
tuple is atomic and Python's garbage collector stops following it: a trace of a million events makes
no collection longer.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from muserlab.trace.event import Event, Kind

Record = tuple[int, int, str, str, int | None, bytes, str, int | None]
"""The fields of an Event, in its order; what it took is negative while it goes on."""

GOES_ON = 1 << 63
"""When something began that has no end yet: so late that what it took is negative."""

_NONE: Record = (0, 0, "", "", None, b"", "", None)

# Event(...) without its handling of arguments, which would be most of the cost of making one.
_new_event: Callable[[type[Event], tuple[object, ...]], Event]
_new_event = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

_KINDS = {kind.value: kind for kind in Kind}


def event_of(record: Record) -> Event:
    """Return the event that a record is of."""
    seq, time_ns, kind, where, offset, data, note, took_ns = record
    if took_ns is not None and took_ns < 0:
        took_ns = None
    return _new_event(Event, (seq, time_ns, _KINDS[kind], where, offset, data, note, took_ns))


def goes_on(record: Record) -> bool:
    """Whether a record is of an access that has no answer yet."""
    return record[7] is not None and record[7] < 0


class Ring:
    """The last ``capacity`` records, in slots that are made once.

    Record n goes into slot n modulo the capacity, and only then ``newest`` becomes n. (Whoever
    records does both itself, as a call would cost more.) So a reader on another thread, who looks
    up to a newest that he took first, finds each record, or where it was a later one, whose number
    tells; and those that he misses are the oldest.
    """

    __slots__ = ("_before", "_gaps", "newest", "slots")

    def __init__(self, capacity: int) -> None:
        self.slots = [_NONE] * capacity
        self.newest = 0
        self._before = 0  # where the records kept begin, if not a whole turn ago
        self._gaps = False

    def fill(self, records: Sequence[Record]) -> None:
        """Keep records, no more than there are slots, whose numbers rise; go on after the last.

        Where numbers are missing, the records before lie that much closer to the last.
        """
        if records:
            self.newest = records[-1][0]
            self._before = self.newest - len(records)
            self._gaps = records[0][0] != self._before + 1
            for at, record in enumerate(records, self._before + 1):
                self.slots[at % len(self.slots)] = record

    def clear(self) -> None:
        """Forget the records; their numbers are not used again."""
        self._before = self.newest

    def copy(self) -> "Ring":
        """Return another ring with the records kept now."""
        copy = Ring(0)
        copy.newest = self.newest  # first: what is recorded meanwhile is a later one
        copy.slots = self.slots[:]
        copy._before, copy._gaps = self._before, self._gaps
        return copy

    def __len__(self) -> int:
        """Return how many records are kept."""
        return len(self._kept())

    def from_number(self, first: int, count: int) -> list[Record]:
        """Return up to ``count`` records whose numbers are ``first`` or more."""
        kept = self._kept()
        if self._gaps:  # only in a trace from a file that somebody has shortened
            records = self._copy(kept)
            start = bisect_left(records, first, key=itemgetter(0))
            return records[start : start + count]
        skipped = max(first - kept.start, 0)
        return self._copy(kept[skipped : skipped + count])

    def numbered(self, numbers: Iterable[int]) -> list[Record]:
        """Return the records of some numbers, but those that are not kept any more."""
        if self._gaps:
            kept = {record[0]: record for record in self._copy(self._kept())}
            return [kept[number] for number in numbers if number in kept]
        slots, size, forgotten = self.slots, len(self.slots), self._before
        records = [(number, slots[number % size]) for number in numbers]
        return [record for number, record in records if record[0] == number > forgotten]

    def between(self, start: int | None, stop: int | None) -> list[Record]:
        """Return the records from one place among those kept to another, as in a slice."""
        return self._copy(self._kept()[start:stop])

    def at(self, place: int) -> Record:
        """Return the record at a place among those kept; raises IndexError."""
        slots = self.slots
        while True:
            kept = self._kept()
            record = slots[kept[place] % len(slots)]
            if record[0] <= kept[-1]:
                return record

    def _kept(self) -> range:
        newest = self.newest
        return range(max(self._before, newest - len(self.slots)) + 1, newest + 1)

    def _copy(self, kept: range) -> list[Record]:
        """Return the records at consecutive places of the ring, but those overwritten meanwhile."""
        if not kept:
            return []
        slots = self.slots
        start, stop = kept.start % len(slots), kept.stop % len(slots)
        if start < stop:
            records = slots[start:stop]
        else:
            later = slots[:stop]  # first, so that what is missing is the oldest
            records = slots[start:] + later
        lost = 0
        while lost < len(records) and records[lost][0] >= kept.stop:
            lost += 1
        return records[lost:] if lost else records
