"""One trace as an index reads it: what is new, and what is older than all that was read."""

from bisect import bisect_left, bisect_right
from operator import itemgetter

from muserlab.trace.filter import Filter, Subject
from muserlab.trace.index.rows import Row
from muserlab.trace.ring import Record, goes_on
from muserlab.trace.trace import Trace

NEVER = 1 << 63
"""A time after all others."""

_TIME = itemgetter(1)


class Reader:
    """Reads a trace from where it is, forwards and backwards, and sifts what it reads.

    `newer` and `older` look at records and return what of them is in order with other traces';
    only what `take` and `take_back` are told to stays read.
    """

    def __init__(self, number: int, trace: Trace, wanted: Filter, subject: Subject) -> None:
        self.trace = self._live = trace
        self.name = subject.device
        self._number = number
        self._sieve = wanted.sieve(subject) if wanted else None
        self._patient = wanted.patient
        self.next = trace.newest + 1
        """The number of the next event to read forwards."""
        self._before = trace.newest  # the next one to read backwards

    def freeze(self) -> None:
        """Have nothing new come, and nothing that is there leave."""
        self.trace = self._live.frozen()

    def freeze_as(self, other: "Reader") -> None:
        """Be frozen where another reader of the same trace is; to be done before it is read."""
        self.trace, self.next, self._before = other.trace, other.next, other.next - 1

    def thaw(self) -> None:
        """Go on with what has come meanwhile."""
        self.trace = self._live

    @property
    def frozen(self) -> bool:
        """Whether nothing new comes."""
        return self.trace is not self._live

    @property
    def waiting(self) -> int:
        """How many events are kept back while it is frozen."""
        return self._live.newest + 1 - self.next if self.frozen else 0

    @property
    def behind(self) -> int:
        """How many events are new; none where it is frozen, or the first must be waited for."""
        if self.frozen:
            return 0
        if self._patient and any(map(goes_on, self.trace.records(self.next, 1))):
            return 0
        return self.trace.newest + 1 - self.next

    @property
    def ahead(self) -> int:
        """How many older ones are left to read."""
        return max(0, self._before + 1 - self.trace.oldest)

    @property
    def gone(self) -> bool:
        """Whether all that was read is not kept any more, so that what comes is unconnected."""
        return self.trace.oldest > self.next

    def newer(self, count: int) -> tuple[list[Record], int]:
        """Return the next new records, and the time after which there may be more of them."""
        records = self.trace.records(self.next, count)
        if self._patient:
            for at, record in enumerate(records):
                if goes_on(record):
                    return records[:at], record[1]
        return records, records[-1][1] if len(records) == count else NEVER

    def older(self, count: int) -> list[Record]:
        """Return the records before all that was read."""
        first = max(self._before + 1 - count, self.trace.oldest)
        records = self.trace.records(first, self._before + 1 - first)
        return records[: bisect_right(records, self._before, key=itemgetter(0))]

    def take(self, records: list[Record], until_ns: int) -> list[Row]:
        """Go on after the records up to a time; return the rows of those that pass."""
        records = records[: bisect_right(records, until_ns, key=_TIME)]
        if records:
            self.next = records[-1][0] + 1
        return self._rows(records)

    def take_back(self, records: list[Record], since_ns: int) -> list[Row]:
        """Go on before the records down to a time; return the rows of those that pass."""
        records = records[bisect_left(records, since_ns, key=_TIME) :]
        if records:
            self._before = records[0][0] - 1
        return self._rows(records)

    def _rows(self, records: list[Record]) -> list[Row]:
        passed = records if self._sieve is None else self._sieve.sift(records)
        number = self._number
        return [(record[1], number, record[0]) for record in passed]
