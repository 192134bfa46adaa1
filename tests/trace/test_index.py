"""Rows of events that pass a filter, found bit by bit while others record."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import GOES_ON, Filter, Index, Kind, Trace

NAMES = ("one", "two", "three")


class Clock:
    """The clock of all traces of a lab."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


def recorded(capacity: int, count: int) -> Trace:
    trace = Trace(capacity, clock=Clock())
    for _ in range(count):
        trace.record(Kind.READ, "a")
    return trace


def seqs(index: Index) -> list[int]:
    return [found.record[0] for found in index.found(index.rows.first, index.rows.end)]


def test_the_last_events_are_found_first_and_older_ones_after_them() -> None:
    index = Index({"": recorded(100, 100)}, Filter())
    assert index.left == 100
    assert index.advance(10)
    assert (index.rows.first, index.rows.end) == (-10, 0)
    assert seqs(index) == list(range(91, 101))
    while index.advance(30):
        pass
    assert (index.rows.first, index.rows.end) == (-100, 0)
    assert seqs(index) == list(range(1, 101))
    assert index.left == 0


def test_what_is_new_comes_before_what_is_older() -> None:
    trace = recorded(100, 20)
    index = Index({"": trace}, Filter())
    index.advance(5)
    trace.record(Kind.READ, "b")
    index.advance(5)
    assert (index.rows.first, index.rows.end) == (-5, 1)
    assert seqs(index) == [16, 17, 18, 19, 20, 21]


def test_rows_keep_their_numbers_while_others_leave() -> None:
    trace = recorded(10, 10)
    index = Index({"": trace}, Filter())
    index.advance()
    before = {found.number: found.record[0] for found in index.found(-10, 0)}
    for _ in range(4):
        trace.record(Kind.READ, "a")
    index.advance()
    after = {found.number: found.record[0] for found in index.found(-10, 10)}
    assert (index.rows.first, index.rows.end) == (-6, 4)
    assert all(after[number] == before[number] for number in range(-6, 0))
    for _ in range(9):
        trace.record(Kind.READ, "a")
    index.advance()
    assert (index.rows.first, index.rows.end) == (3, 13)
    assert seqs(index) == list(range(14, 24))
    assert index.restarts == 0


def test_an_event_that_left_since_is_left_out() -> None:
    trace = recorded(10, 10)
    index = Index({"": trace}, Filter())
    index.advance()
    trace.record(Kind.READ, "a")
    assert [found.number for found in index.found(-10, 0)] == list(range(-9, 0))


def test_numbers_start_anew_when_all_that_was_found_has_left() -> None:
    trace = recorded(10, 10)
    index = Index({"": trace}, Filter())
    index.advance()
    for _ in range(11):
        trace.record(Kind.READ, "a")
    index.advance()
    assert index.restarts == 1
    assert seqs(index) == list(range(12, 22))


def test_what_is_frozen_stays_until_it_thaws() -> None:
    trace = recorded(10, 10)
    index = Index({"": trace}, Filter())
    index.advance(5)
    index.freeze()
    for _ in range(4):
        trace.record(Kind.READ, "a")
    index.advance()
    assert seqs(index) == list(range(1, 11))
    assert index.waiting == 4
    index.thaw()
    assert index.waiting == 0
    index.advance()
    assert seqs(index) == list(range(5, 15))
    assert index.restarts == 0


def test_what_is_new_when_it_is_frozen_is_left_for_later() -> None:
    trace = recorded(100, 10)
    index = Index({"": trace}, Filter())
    index.advance()
    for _ in range(4):
        trace.record(Kind.READ, "a")
    index.freeze()
    index.advance()
    assert seqs(index) == list(range(1, 11))
    assert (index.left, index.waiting) == (0, 4)


def test_rows_that_nobody_has_seen_are_found_again_after_a_thaw() -> None:
    clock = Clock()
    traces = {"one": Trace(100, clock), "two": Trace(100, clock)}
    index = Index(traces, Filter())
    for trace in [*traces.values()] * 5:
        trace.record(Kind.READ, "a")
    index.advance()
    assert [found.record[1] for found in index.found(0, 20)] == list(range(1, 11))
    index.freeze(3)
    index.advance()
    assert [found.record[1] for found in index.found(0, 20)] == [1, 2, 3]
    assert index.waiting == 7
    index.thaw()
    index.advance()
    assert [found.record[1] for found in index.found(0, 20)] == list(range(1, 11))


def test_it_stays_frozen_when_nothing_that_was_found_is_kept_any_more() -> None:
    trace = recorded(10, 10)
    index = Index({"": trace}, Filter())
    index.advance()
    for _ in range(15):
        trace.record(Kind.READ, "a")
    index.freeze(0)
    index.advance()
    assert (index.restarts, seqs(index)) == (1, list(range(16, 26)))
    trace.record(Kind.READ, "a")
    index.advance()
    assert (index.waiting, seqs(index)) == (1, list(range(16, 26)))


def test_another_filter_finds_what_was_there_at_the_same_moment() -> None:
    trace, more = recorded(10, 8), recorded(10, 2)
    index = Index({"": trace}, Filter("seq:2..3"))
    index.advance()
    index.freeze()
    for _ in range(9):
        trace.record(Kind.READ, "a")
    other = Index({"": trace, "more": more}, Filter("seq:1..7"))
    other.freeze_as(index)
    more.record(Kind.READ, "a")
    other.advance()
    assert [found.record[0] for found in other.found(-20, 20) if not found.device] == [*range(1, 8)]
    assert [found.record[0] for found in other.found(-20, 20) if found.device] == [1, 2]
    assert other.waiting == 10


def test_a_cleared_trace_has_no_rows() -> None:
    trace = recorded(10, 5)
    index = Index({"": trace}, Filter())
    index.advance()
    trace.clear()
    index.advance()
    assert len(index.rows) == 0
    trace.record(Kind.READ, "a")
    index.advance()
    assert seqs(index) == [6]


def test_times_and_numbers_lead_to_rows() -> None:
    index = Index({"": recorded(100, 20)}, Filter("seq:5..10"))
    index.advance()
    assert [index.rows.at_time(t) for t in (0, 5, 8, 10, 11)] == [-6, -6, -3, -1, 0]
    assert [index.number_of(seq) for seq in (1, 8, 12, 99)] == [-6, -3, 0, 0]


def test_traces_are_merged_from_where_all_of_them_are_complete() -> None:
    clock = Clock()
    short, long = Trace(2, clock), Trace(100, clock)
    for _ in range(5):
        short.record(Kind.READ, "s")
        long.record(Kind.READ, "l")
    index = Index({"short": short, "long": long}, Filter())
    index.advance()
    index.advance()
    found = index.found(index.rows.first, index.rows.end)
    assert [(f.device, f.record[0]) for f in found] == [
        ("short", 4),
        ("long", 4),
        ("short", 5),
        ("long", 5),
    ]
    assert index.number_of(5, "long") == found[-1].number


RECORDS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9)), max_size=40)


@given(RECORDS, RECORDS, st.integers(1, 5), st.integers(1, 7), st.sampled_from(["", "where:1"]))
def test_whatever_is_recorded_all_that_passes_is_found_in_order(
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    chunk: int,
    often: int,
    wanted: str,
) -> None:
    clock = Clock()
    traces = {name: Trace(1000, clock) for name in NAMES}
    expected: list[tuple[str, int]] = []

    def record(name: str, place: int) -> None:
        seq = traces[name].record(Kind.READ, f"r{place}")
        if not wanted or place == 1:
            expected.append((name, seq))

    for one in before:
        record(*one)
    index = Index(traces, Filter(wanted))
    for number, one in enumerate(after):
        record(*one)
        if number % often == 0:
            index.advance(chunk)
    while index.advance(chunk):
        pass
    found = index.found(index.rows.first, index.rows.end)
    assert [(f.device, f.record[0]) for f in found] == expected
    assert [f.number for f in found] == list(range(index.rows.first, index.rows.end))


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 6))
def test_of_a_full_ring_what_is_kept_is_found(bursts: list[int], chunk: int) -> None:
    trace = recorded(8, 3)
    index = Index({"": trace}, Filter())
    for burst in bursts:
        for _ in range(burst):
            trace.record(Kind.READ, "a")
        while index.advance(chunk):
            pass
        assert seqs(index) == [event.seq for event in trace]


def test_a_long_session_frees_what_has_left(monkeypatch: object) -> None:
    trace = recorded(100, 0)
    index = Index({"": trace}, Filter())
    advance: Callable[[], bool] = index.advance
    for _ in range(1500):
        for _ in range(100):
            trace.record(Kind.READ, "a")
        advance()
    assert (index.rows.first, index.rows.end) == (149_900, 150_000)
    assert seqs(index) == list(range(149_901, 150_001))


def test_a_filter_by_what_accesses_took_waits_for_their_answers() -> None:
    clock = Clock()
    one, two = Trace(100, clock=clock), Trace(100, clock=clock)
    index = Index({"one": one, "two": two}, Filter("took>0"))
    assert not index.advance()
    one.record(Kind.READ, "a", began=0)
    slow = one.record(Kind.WRITE, "a", began=GOES_ON)
    one.record(Kind.READ, "a", began=0)
    two.record(Kind.READ, "b", began=0)
    while index.advance():
        pass
    assert seqs(index) == [1]
    assert index.left == 1  # of the other trace
    one.answered(slow)
    while index.advance():
        pass
    found = index.found(index.rows.first, index.rows.end)
    assert [(one.device, one.record[0]) for one in found] == [
        ("one", 1),
        ("one", slow),
        ("one", 3),
        ("two", 1),
    ]


def test_other_filters_wait_for_nothing() -> None:
    trace = Trace(100, clock=Clock())
    index = Index({"": trace}, Filter("kind:write"))
    trace.record(Kind.WRITE, "a", began=GOES_ON)
    assert not index.advance()
    assert seqs(index) == [1]
