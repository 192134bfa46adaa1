"""What is said of how long many accesses took, next to what looking at each of them says."""

from collections import Counter
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace.index.durations import Durations
from muserlab.trace.index.place import Place

PLACES = st.sampled_from([("", "read", "a"), ("", "write", "a"), ("dev", "read", "b")])
LENGTHS = st.lists(st.tuples(PLACES, st.integers(0, 1 << 50) | st.integers(0, 5000)), max_size=50)

Lengths = list[tuple[Place, int]]


@given(LENGTHS, st.floats(0.01, 1))
def test_a_quantile_is_nearly_that_of_the_lengths(lengths: Lengths, part: float) -> None:
    told = Durations(lengths).quantile_ns(part)
    ordered = sorted(ns for _, ns in lengths)
    exactly = ordered[ceil(part * len(ordered)) - 1] if ordered else 0
    assert abs(told - exactly) <= exactly * 0.07


@given(LENGTHS, st.integers(0, 50))
def test_sums_of_parts_are_those_of_the_whole(lengths: Lengths, at: int) -> None:
    parts, whole = Durations(lengths[:at]), Durations(lengths)
    parts.add(Durations(lengths[at:]))
    assert parts.slowest(9) == whole.slowest(9)
    assert parts.octaves() == whole.octaves() == Counter(ns.bit_length() for _, ns in lengths)
    assert parts.count == len(lengths)
    assert parts.longest_ns == max((ns for _, ns in lengths), default=0)


def test_the_slowest_on_average_come_first() -> None:
    once, often = ("", "read", "a"), ("", "write", "b")
    durations = Durations([(once, 100), (often, 90), (often, 10), (often, 200)])
    assert [(*slow, slow.mean_ns) for _, slow in durations.slowest(2)] == [
        (1, 100, 100, 100),
        (3, 300, 200, 100),
    ]
    assert [place for place, _ in durations.slowest(1)] == [once]
