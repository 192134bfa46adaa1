"""How long an access took: noted when its answer is there, if the event is kept still."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import GOES_ON, Event, Kind, Trace


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_began_before_took_until_it_is_recorded(clock: Clock) -> None:
    trace = Trace(clock=clock)
    trace.record(Kind.READ, "a", 0, b"\x01", began=700)
    trace.record(Kind.IRQ, "msi[0]")
    assert [event.took_ns for event in trace] == [300, None]
    assert trace[0].began_ns == 700


def test_what_goes_on_took_until_it_is_answered(clock: Clock) -> None:
    trace = Trace(clock=clock)
    heard: list[Event] = []
    trace.subscribe(heard.append)
    seq = trace.record(Kind.WRITE, "a", 0, b"\x01", began=GOES_ON)
    assert trace[0].took_ns is None
    clock.now += 5
    trace.record(Kind.IRQ, "msi[0]")
    trace.answered(seq)
    assert [(event.seq, event.time_ns, event.took_ns) for event in trace] == [
        (1, 1000, 5),
        (2, 1005, None),
    ]
    assert trace[0].began_ns == 1000
    assert [event.took_ns for event in heard] == [None, None]


def test_a_copy_has_what_was_known_when_it_was_made(clock: Clock) -> None:
    trace = Trace(clock=clock)
    for _ in range(2):
        trace.record(Kind.WRITE, "a", began=GOES_ON)
    clock.now += 3
    trace.answered(1)
    frozen = trace.frozen()
    trace.answered(2)
    assert [event.took_ns for event in frozen] == [3, None]
    frozen.answered(2)
    assert [event.took_ns for event in frozen] == [3, 3]


@given(st.integers(1, 4), st.lists(st.integers(0, 12), max_size=40))
def test_an_answer_changes_its_own_event_or_none(capacity: int, steps: list[int]) -> None:
    clock = Clock()
    trace = Trace(capacity, clock=clock)
    began: dict[int, int] = {}
    took: dict[int, int] = {}
    for step in steps:
        clock.now += 1
        unanswered = [seq for seq in began if seq not in took]
        if step and unanswered:
            seq = unanswered[step % len(unanswered)]
            trace.answered(seq)
            took[seq] = clock.now - began[seq]
        else:
            began[trace.record(Kind.WRITE, "a", began=GOES_ON)] = clock.now
    kept = sorted(began)[-capacity:]
    assert [(event.seq, event.took_ns) for event in trace] == [(n, took.get(n)) for n in kept]
    assert [event.time_ns for event in trace] == [began[n] for n in kept]


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (None, ""),
        (0, "0 ns"),
        (999, "999 ns"),
        (1000, "1.00 µs"),
        (12_345, "12.3 µs"),
        (123_456, "123 µs"),
        (20_000_000, "20.0 ms"),
        (1_500_000_000, "1.50 s"),
        (600_000_000_000, "600 s"),
    ],
)
def test_it_is_told_in_a_unit_that_suits(ns: int | None, text: str) -> None:
    assert Event(1, 0, Kind.READ, "a", 0, b"", "", ns).shown_took == text
