"""What there is to say of many events together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from muserlab.trace.event import Kind
from muserlab.trace.index.durations import Durations
from muserlab.trace.index.index import Found
from muserlab.trace.index.place import Place
from muserlab.trace.ring import goes_on

_ACCESSES = frozenset({Kind.READ, Kind.WRITE})


@dataclass(slots=True)
class Summary:
    """How many events there were at each place, how far from each other, how long accesses took.

    `gaps` counts the times between one event and the next by their length: under n, those of
    2**(n-1) to 2**n - 1 nanoseconds. `going_on` says that some accesses had no answer yet, so that
    there will be more to say.
    """

    first_ns: int = 0
    last_ns: int = 0
    places: Counter[Place] = field(default_factory=Counter[Place])
    gaps: Counter[int] = field(default_factory=Counter[int])
    durations: Durations = field(default_factory=Durations)
    going_on: bool = False

    @property
    def total(self) -> int:
        """The number of events."""
        return self.places.total()

    @property
    def seconds(self) -> float:
        """The time from the first event to the last."""
        return (self.last_ns - self.first_ns) / 1e9

    def kinds(self) -> Counter[str]:
        """Return how many events there were of each kind."""
        kinds: Counter[str] = Counter()
        for (_, kind, _), count in self.places.items():
            kinds[kind] += count
        return kinds

    def busiest(self, most: int) -> list[tuple[str, str, Counter[str]]]:
        """Return the places with most events, and how many of which kind: device, where, kinds."""
        spots: dict[tuple[str, str], Counter[str]] = {}
        for (device, kind, where), count in self.places.items():
            spots.setdefault((device, where), Counter())[kind] += count
        ranked = sorted(spots.items(), key=lambda spot: (-spot[1].total(), spot[0]))
        return [(device, where, kinds) for (device, where), kinds in ranked[:most]]

    def add(self, later: "Summary") -> None:
        """Add what came after."""
        if not later.total:
            return
        if self.total:
            self.gaps[(later.first_ns - self.last_ns).bit_length()] += 1
        else:
            self.first_ns = later.first_ns
        self.last_ns = later.last_ns
        self.places.update(later.places)
        self.gaps.update(later.gaps)
        self.durations.add(later.durations)
        self.going_on |= later.going_on


def summary_of(found: Iterable[Found]) -> Summary:
    """Return what there is to say of some events."""
    found = list(found)
    if not found:
        return Summary()
    times = [record[1] for _, _, record in found]
    return Summary(
        times[0],
        times[-1],
        Counter((device, record[2], record[3]) for _, device, record in found),
        Counter((later - earlier).bit_length() for earlier, later in pairwise(times)),
        Durations(
            ((device, record[2], record[3]), took)
            for _, device, record in found
            if (took := record[7]) is not None and took >= 0 and record[2] in _ACCESSES
        ),
        any(goes_on(record) for _, _, record in found),
    )
