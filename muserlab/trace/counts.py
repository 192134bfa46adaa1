"""How much happened, and how fast."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from muserlab.trace.event import Kind

_ACCESSES = (Kind.READ, Kind.WRITE)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events a trace had recorded at ``time_ns``, by kind and place together."""

    time_ns: int
    pairs: Mapping[tuple[Kind, str], int]

    @property
    def accesses(self) -> int:
        """The number of reads and writes."""
        return sum(number for (kind, _), number in self.pairs.items() if kind in _ACCESSES)

    @property
    def by_kind(self) -> dict[Kind, int]:
        """The number of events of every kind that occurred."""
        totals: defaultdict[Kind, int] = defaultdict(int)
        for (kind, _), number in self.pairs.items():
            totals[kind] += number
        return dict(totals)

    @property
    def by_where(self) -> dict[str, int]:
        """The number of events, of whatever kind, at every place."""
        totals: defaultdict[str, int] = defaultdict(int)
        for (_, where), number in self.pairs.items():
            totals[where] += number
        return dict(totals)


@dataclass(frozen=True, slots=True)
class Rates:
    """Events per second between two counts of one trace."""

    seconds: float
    accesses: float
    by_kind: Mapping[Kind, float]
    by_where: Mapping[str, float]

    @classmethod
    def between(cls, before: Counts, after: Counts) -> "Rates":
        """Return the rates over the time from ``before`` to ``after``.

        What did not happen in it is left out.  Raises ValueError where no time has passed.
        """
        seconds = (after.time_ns - before.time_ns) / 1e9
        if seconds <= 0:
            raise ValueError("rates need two counts with time between them, the earlier one first")
        new = {pair: number - before.pairs.get(pair, 0) for pair, number in after.pairs.items()}
        grown = Counts(after.time_ns, {pair: number for pair, number in new.items() if number})
        return cls(
            seconds,
            grown.accesses / seconds,
            {kind: number / seconds for kind, number in grown.by_kind.items()},
            {where: number / seconds for where, number in grown.by_where.items()},
        )
