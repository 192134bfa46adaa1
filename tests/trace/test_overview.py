"""What there is to say of many events: sums, and lanes over time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import (
    GOES_ON,
    Filter,
    Index,
    Kind,
    Lane,
    Overview,
    Summary,
    Trace,
    lanes_of,
    timeline,
)

EVER = 1 << 40


class Steps:
    """A clock that goes on by given steps."""

    def __init__(self, *steps: int) -> None:
        self.now = 0
        self.steps = steps
        self.calls = 0

    def __call__(self) -> int:
        self.now += self.steps[self.calls % len(self.steps)]
        self.calls += 1
        return self.now


def recorded(count: int, *steps: int) -> tuple[Trace, Index, Overview]:
    trace = Trace(100_000, clock=Steps(*steps))
    for n in range(count):
        trace.record(Kind.READ if n % 3 else Kind.WRITE, f"bar0.R{n % 7}", n % 7, bytes([n % 256]))
    index = Index({"": trace}, Filter())
    while index.advance():
        pass
    overview = Overview(index)
    overview.begin(EVER)
    return trace, index, overview


@given(st.integers(-9000, 10), st.integers(-9000, 10))
def test_a_sum_says_what_looking_at_every_event_does(first: int, end: int) -> None:
    events = EVENTS[max(first, -9000) :] if first < 0 else []
    events = events[: max(0, min(end, 0) - max(first, -9000))]
    summary = LARGE.sum(first, end)
    assert summary.total == len(events)
    assert summary.kinds() == Counter(event.kind.value for event in events)
    assert summary.gaps.total() == max(0, len(events) - 1)
    if events:
        assert summary.seconds == (events[-1].time_ns - events[0].time_ns) / 1e9


TRACE, _, LARGE = recorded(9000, 1, 2, 1000)
EVENTS = list(TRACE)


def test_gaps_are_counted_by_their_length() -> None:
    _, index, overview = recorded(5, 1, 8, 9, 1000)
    gaps = overview.sum(index.rows.first, 0).gaps
    assert gaps == {4: 2, 10: 1, 1: 1}  # 8 and 9, 1000, 1 ns


def test_what_a_client_took_is_none_of_the_devices_accesses() -> None:
    trace = Trace(10, clock=Steps(1))
    trace.record(Kind.READ, "a", began=0)
    trace.record(Kind.DMA_READ, "dma", began=0)
    index = Index({"": trace}, Filter())
    index.advance()
    summary = Overview(index).sum(-2, 0)
    assert (summary.total, summary.durations.count) == (2, 1)


def test_what_accesses_took_is_summed_up_when_their_answers_are_there() -> None:
    trace = Trace(10_000, clock=Steps(1))
    for n in range(5000):
        trace.record(Kind.WRITE, "a", began=GOES_ON)
        if n != 300:
            trace.answered(n + 1)
    index = Index({"": trace}, Filter())
    while index.advance():
        pass
    overview = Overview(index)
    overview.begin(EVER)
    summary = overview.sum(-5000, 0)
    assert (summary.total, summary.durations.count, summary.going_on) == (5000, 4999, True)
    assert summary.durations.octaves() == {1: 4999}
    trace.answered(301)
    summary = overview.sum(-5000, 0)
    assert (summary.durations.count, summary.going_on) == (5000, False)
    assert summary.durations.longest_ns == 10_000 - 601  # of looks at the clock


def test_the_busiest_places_come_first() -> None:
    trace = Trace()
    for where, count in (("a", 1), ("b", 3), ("c", 2)):
        for _ in range(count):
            trace.record(Kind.READ, where)
    trace.record(Kind.WRITE, "b")
    index = Index({"dev": trace}, Filter())
    index.advance()
    overview = Overview(index)
    overview.begin(EVER)
    busiest = overview.sum(-9, 0).busiest(2)
    assert busiest == [
        ("dev", "b", Counter({"read": 3, "write": 1})),
        ("dev", "c", Counter({"read": 2})),
    ]


def test_a_sum_over_more_than_is_allowed_says_so_and_is_of_the_last() -> None:
    _, index, overview = recorded(9000, 1)
    overview.begin(1000)
    assert 0 < overview.sum(index.rows.first, 0).total < 9000
    assert overview.short
    for _ in range(12):
        overview.begin(1000)
        summary = overview.sum(index.rows.first, 0)
    assert not overview.short
    assert summary.total == 9000


def test_sums_follow_what_comes_and_goes() -> None:
    trace = Trace(1000, clock=Steps(1))
    index = Index({"": trace}, Filter())
    overview = Overview(index)
    for _ in range(40):
        for _ in range(123):
            trace.record(Kind.READ, "a")
        index.advance()
        overview.begin(EVER)
        assert overview.sum(index.rows.first, index.rows.end).total == len(trace)
    for _ in range(1500):
        trace.record(Kind.READ, "b")
    index.advance()
    overview.begin(EVER)
    assert overview.sum(index.rows.first, index.rows.end).places == {("", "read", "b"): 1000}


LANES = [Lane("", f"bar0.R{n}") for n in range(7)]


@pytest.mark.parametrize("steps", [(1,), (1, 2, 1000), (1, *[0] * 999, 10**9)])
@pytest.mark.parametrize("bins", [1, 10, 400])
def test_every_event_is_counted_about_where_it_was(steps: tuple[int, ...], bins: int) -> None:
    trace, index, overview = recorded(9000, *steps)
    since, until = trace[0].time_ns, trace[-1].time_ns + 1
    shown = timeline(index, overview, LANES, since, until, bins, most_marks=0)
    assert shown.marks == []
    assert {tone for _, tone in shown.series} == {"read", "write"}
    by_bin = [sum(column) for column in zip(*shown.counts, strict=True)]
    assert sum(by_bin) == 9000
    length = -(-(until - since) // bins)
    exact = Counter((event.time_ns - since) // length for event in trace)
    for at in range(bins):  # a block may be spread over three bins
        near = sum(exact[other] for other in range(at - 3, at + 4))
        assert by_bin[at] <= near
        assert bool(by_bin[at]) <= bool(near)


def test_few_events_are_shown_one_by_one() -> None:
    trace, index, overview = recorded(9000, 10)
    shown = timeline(index, overview, LANES, 100, 140, 400, most_marks=10)
    assert [(mark.time_ns, mark.lane, mark.tone) for mark in shown.marks] == [
        (100, 2, "write"),
        (110, 3, "read"),
        (120, 4, "read"),
        (130, 5, "write"),
    ]
    assert shown.marks[0].data == trace[9].data
    assert index.found(shown.marks[0].number, 0)[0].record[0] == 10


def test_lanes_are_the_busiest_places_in_the_order_of_their_names() -> None:
    places = {
        ("", "read", "bar0.R10"): 5,
        ("", "write", "bar0.R9"): 4,
        ("", "irq", "msi[0]"): 3,
        ("", "dma_read", "dma"): 2,
        ("", "fault", "CTRL.on_write"): 1,
        ("", "reset", "adder"): 1,
        ("", "read", "bar0.R1"): 1,
    }
    summary = Summary(0, 1, Counter(places))
    names = [lane.name for lane in lanes_of(summary, 5)]
    assert names == ["device", "bar0.R9", "bar0.R10", "dma", "msi[0]", "others"]
    assert len(lanes_of(summary, 6)) == 6


def test_interrupts_and_dma_have_lanes_before_registers_are_summed_up() -> None:
    registers = {("", "read", f"bar0.R{n}"): 100 + n for n in range(20)}
    rare = {("", "irq", "msi[0]"): 2, ("", "irq", "msix[1]"): 1, ("", "dma_write", "dma"): 1}
    summary = Summary(0, 1, Counter(registers | rare | {("", "reset", "adder"): 1}))
    names = [lane.name for lane in lanes_of(summary, 6)]
    assert names == ["device", "bar0.R18", "bar0.R19", "dma", "msi[0]", "msix[1]", "others"]


def test_many_vectors_leave_half_of_the_lanes_to_registers() -> None:
    registers = {("", "read", f"bar0.R{n}"): 100 + n for n in range(20)}
    vectors = {("", "irq", f"msix[{n}]"): n + 1 for n in range(64)}
    names = [lane.name for lane in lanes_of(Summary(0, 1, Counter(registers | vectors)), 4)]
    assert names == ["bar0.R18", "bar0.R19", "msix[62]", "msix[63]", "others"]
