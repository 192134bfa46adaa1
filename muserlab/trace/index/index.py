"""The events of some traces that a filter lets through, in the order of their times."""

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from muserlab.trace.filter import Filter, Subject
from muserlab.trace.index.reader import NEVER, Reader
from muserlab.trace.index.rows import Row, Rows
from muserlab.trace.ring import Record
from muserlab.trace.trace import Trace

_CHUNK = 4096


class Found(NamedTuple):
    """A row's number, the device whose event it is, and the event's record."""

    number: int
    device: str
    record: Record


class Index:
    """Rows of events, found bit by bit while others record: what is new first, then what is older.

    So the last events are there at once, however many are kept. Rows have numbers, which stay the
    same; those of the events that were there at the start are negative, the last of them is -1.
    Nothing is copied: an event that a trace no longer keeps is no longer there. Of several traces
    the rows begin where none of them has lost anything yet. To be used on one thread.
    """

    def __init__(self, traces: Mapping[str, Trace], wanted: Filter, origin_ns: int = 0) -> None:
        self.traces = dict(traces)
        self.wanted = wanted
        self.origin_ns = origin_ns
        self.restarts = 0
        """How often all numbers became void, because all that was found is not kept any more."""
        self.frozen = False
        """Whether nothing new comes, and nothing leaves."""
        self._start()

    def _start(self) -> None:
        self.rows = Rows()
        self._readers = [
            Reader(number, trace, self.wanted, Subject(device, trace.client_of, self.origin_ns))
            for number, (device, trace) in enumerate(self.traces.items())
        ]
        if self.frozen:
            for reader in self._readers:
                reader.freeze()

    # -- finding -----------------------------------------------------------------------------------

    @property
    def left(self) -> int:
        """How many events have not been looked at."""
        return sum(reader.behind + reader.ahead for reader in self._readers)

    @property
    def incomplete(self) -> bool:
        """Whether older events have not been looked at."""
        return any(reader.ahead for reader in self._readers)

    def advance(self, count: int = _CHUNK) -> bool:
        """Look at up to about ``count`` events more; return whether any are left.

        Those that come after an access that must be waited for are none of them.
        """
        self._trim()
        if not self._forwards(count):
            if not self.incomplete:
                return False
            self._backwards(count)
        return self.left > 0

    def _forwards(self, count: int) -> bool:
        """Read what is new, as far as no trace that has more could have something earlier.

        Return whether that was anything.
        """
        if not any(reader.behind for reader in self._readers):
            return False
        before = [reader.next for reader in self._readers]
        read = [(reader, *reader.newer(count)) for reader in self._readers]
        until = min((end for _, _, end in read), default=NEVER)
        self.rows.append(_merged([reader.take(got, until) for reader, got, _ in read]))
        return before != [reader.next for reader in self._readers]

    def _backwards(self, count: int) -> None:
        """Read what is older, as far as no trace that has more could have something later."""
        read = [(reader, reader.older(count)) for reader in self._readers]
        since = max((got[0][1] for _, got in read if len(got) == count), default=-NEVER)
        found = _merged([reader.take_back(got, since) for reader, got in read])
        self.rows.prepend(found[::-1])

    def _trim(self) -> None:
        """Let go of the rows whose events are not kept any more."""
        if any(reader.gone for reader in self._readers):
            self.restarts += 1
            self._start()
        begins = [
            (first[0][1] if (first := reader.trace.records(0, 1)) else NEVER)
            for reader in self._readers
            if reader.trace.oldest > 1
        ]
        if begins:
            self.rows.drop_before(self.rows.at_time(max(begins)))

    def freeze(self, end: int | None = None) -> None:
        """Have nothing new come and nothing leave, until `thaw`; what is older is still found.

        Rows that nobody has seen yet, from the number ``end`` on, are taken back, and found again
        then.
        """
        self.frozen = True
        for reader in self._readers:
            reader.freeze()
        self._trim()
        if end is not None and self.rows.first < end < self.rows.end:
            for trace, seq in self.rows.take_back(end).items():
                self._readers[trace].next = seq

    def freeze_as(self, other: "Index") -> None:
        """Be frozen at the moment at which another index is; to be done before anything is found.

        A trace that the other does not have is frozen now.
        """
        self.frozen = True
        twins = {reader.name: reader for reader in other._readers}
        for reader in self._readers:
            if other.traces.get(reader.name) is reader.trace:
                reader.freeze_as(twins[reader.name])
            else:
                reader.freeze()

    def thaw(self) -> None:
        """Go on with what has come meanwhile."""
        self.frozen = False
        for reader in self._readers:
            reader.thaw()

    @property
    def waiting(self) -> int:
        """How many events are kept back while it is frozen."""
        return sum(reader.waiting for reader in self._readers)

    # -- looking -----------------------------------------------------------------------------------

    def found(self, first: int, end: int) -> list[Found]:
        """Return the rows from one number to another, but those of events not kept any more."""
        places = self.rows.between(first, end)
        records = {
            (number, record[0]): record
            for number, reader in enumerate(self._readers)
            for record in reader.trace.numbered([seq for trace, seq in places if trace == number])
        }
        names = [reader.name for reader in self._readers]
        return [
            Found(number, names[place[0]], records[place])
            for number, place in enumerate(places, max(first, self.rows.first))
            if place in records
        ]

    def number_of(self, seq: int, device: str | None = None) -> int:
        """Return the number of the first row at or after an event's number, or `rows.end`.

        Of several traces it is the first one's, or that of a device.
        """
        for reader in self._readers:
            if device in {None, reader.name}:
                records = reader.trace.records(seq, 1)
                return self.rows.at_time(records[0][1]) if records else self.rows.end
        return self.rows.end


def _merged(found: list[list[Row]]) -> list[Row]:
    """Return rows in the order of their times; those of one trace are so already."""
    return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))
