"""Where each row of an index is to be found: numbers that grow at both ends."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

_FREED_AT_ONCE = 65536


Row = tuple[int, int, int]
"""A row: when its event was, in which trace it is, and under which number."""


class Rows:
    """Rows in the order of their times, numbered from the first that was appended, which is 0.

    Those before it have negative numbers. Rows leave at the beginning.
    """

    def __init__(self) -> None:
        self._newer = _Columns()
        self._older = _Columns()  # backwards: number -1 first

    @property
    def first(self) -> int:
        """The number of the first row."""
        return -self._older.end or self._newer.start

    @property
    def end(self) -> int:
        """The number that the next row appended gets."""
        return self._newer.end

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.end - self.first

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows after the last."""
        self._newer.extend(rows)

    def prepend(self, rows: Sequence[Row]) -> None:
        """Add rows before the first, the latest of them first."""
        self._older.extend(rows)

    def time_ns(self, number: int) -> int:
        """Return when the event of a row was, which must be there."""
        return self._newer.time_ns(number) if number >= 0 else self._older.time_ns(-1 - number)

    def between(self, first: int, end: int) -> list[tuple[int, int]]:
        """Return trace and event number of each row from one to another, as far as they go."""
        first, end = max(first, self.first), min(end, self.end)
        older = self._older.places(-min(end, 0), -first) if first < 0 else []
        newer = self._newer.places(max(first, 0), end) if end > 0 else []
        return [*reversed(older), *newer]

    def at_time(self, time_ns: int) -> int:
        """Return the number of the first row at or after a time, or `end`."""
        return self.first + bisect_left(range(self.first, self.end), time_ns, key=self.time_ns)

    def drop_before(self, number: int) -> None:
        """Let the rows before a number go."""
        self._older.cut(max(0, -number))
        self._newer.free(max(0, number))

    def take_back(self, number: int) -> dict[int, int]:
        """Take away the rows from a number on, which must not be negative.

        Return of each trace that has any which event's is the first.
        """
        taken = self.between(number, self.end)
        self._newer.cut(number)
        return dict(reversed(taken))


class _Columns:
    """Rows, a column of plain numbers for each part: a million of them take 18 MB."""

    def __init__(self) -> None:
        self._times = array("q")
        self._traces = array("H")
        self._seqs = array("q")
        self.start = 0
        self._freed = 0

    @property
    def end(self) -> int:
        return self._freed + len(self._times)

    def extend(self, rows: Sequence[Row]) -> None:
        if rows:
            times, traces, seqs = zip(*rows, strict=True)
            self._times.extend(times)
            self._traces.extend(traces)
            self._seqs.extend(seqs)

    def time_ns(self, at: int) -> int:
        return self._times[at - self._freed]

    def places(self, first: int, end: int) -> list[tuple[int, int]]:
        at = slice(first - self._freed, end - self._freed)
        return list(zip(self._traces[at], self._seqs[at], strict=True))

    def cut(self, end: int) -> None:
        for column in (self._times, self._traces, self._seqs):
            del column[max(0, end - self._freed) :]

    def free(self, start: int) -> None:
        self.start = max(start, self.start)
        if self.start - self._freed >= _FREED_AT_ONCE:
            for column in (self._times, self._traces, self._seqs):
                del column[: self.start - self._freed]
            self._freed = self.start
