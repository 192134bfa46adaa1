"""How long accesses took, of many together."""

from collections import Counter
from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from muserlab.trace.index.place import Place

_PARTS = 3  # bits: a power of two is in 8 classes, so that what is told of one is off by a 16th


class Slow(NamedTuple):
    """How many accesses of a kind there were at a place, and how long they took together."""

    accesses: int
    total_ns: int
    longest_ns: int

    @property
    def mean_ns(self) -> int:
        """What one took."""
        return self.total_ns // self.accesses


_NONE = Slow(0, 0, 0)


class Durations:
    """How many accesses took how long, and at which places.

    They are counted in classes that grow with them, so that adding up those of a million accesses
    costs no more than those of some hundred.
    """

    def __init__(self, lengths: Iterable[tuple[Place, int]] = ()) -> None:
        self._classes: Counter[int] = Counter()
        self._places: dict[Place, Slow] = {}
        for place, ns in lengths:
            self._classes[_class(ns)] += 1
            count, total, longest = self._places.get(place, _NONE)
            self._places[place] = Slow(count + 1, total + ns, max(longest, ns))

    def add(self, others: "Durations") -> None:
        """Add those of other accesses."""
        self._classes.update(others._classes)
        for place, theirs in others._places.items():
            count, total, longest = self._places.get(place, _NONE)
            both = count + theirs.accesses, total + theirs.total_ns, max(longest, theirs.longest_ns)
            self._places[place] = Slow(*both)

    @property
    def count(self) -> int:
        """The number of accesses of which it is known how long they took."""
        return self._classes.total()

    @property
    def longest_ns(self) -> int:
        """The longest; 0 where there was none."""
        return max((slow.longest_ns for slow in self._places.values()), default=0)

    def quantile_ns(self, part: float) -> int:
        """Return what such a part of them took no longer than, but for 7 %; 0 where there are none.

        A half is the median.
        """
        left = ceil(part * self.count)
        for number, count in sorted(self._classes.items()):
            left -= count
            if left <= 0:
                start, width = _of(number)
                return min(start + width // 2, self.longest_ns)
        return 0

    def octaves(self) -> Counter[int]:
        """Return how many took how long: under n, those of 2**(n-1) to 2**n - 1 nanoseconds."""
        octaves: Counter[int] = Counter()
        for number, count in self._classes.items():
            octaves[_of(number)[0].bit_length()] += count
        return octaves

    def slowest(self, most: int) -> list[tuple[Place, Slow]]:
        """Return where one took longest on average, and how long."""
        ranked = sorted(self._places.items(), key=lambda one: (-one[1].mean_ns, one[0]))
        return ranked[:most]


def _class(ns: int) -> int:
    """Return the number of the class of a length."""
    shift = max(ns.bit_length() - 1 - _PARTS, 0)
    return (shift << _PARTS) + (ns >> shift)


def _of(number: int) -> tuple[int, int]:
    """Return where a class begins, and how wide it is."""
    shift = max((number >> _PARTS) - 1, 0)
    return (number - (shift << _PARTS)) << shift, 1 << shift
