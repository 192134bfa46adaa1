"""Reading a trace: slices, selections, tables, rates."""

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import Counts, Events, Kind, Rates, Trace


@pytest.fixture
def trace() -> Trace:
    trace = Trace(clock=count(0, 1_500_000).__next__)
    trace.record(Kind.CONNECT, "client", note="qemu")
    trace.record(Kind.WRITE, "bar0.CH[2].CTRL", 0x48, b"\x01\0\0\0")
    trace.record(Kind.READ, "bar0.CH[1].CTRL", 0x28, b"\x02\x01")
    trace.record(Kind.IRQ, "msi[0]")
    trace.record(Kind.DMA_READ, "dma", 0x1000, bytes(range(64)), "1\n2")
    return trace


def numbers(events: Events) -> list[int]:
    return [event.seq for event in events]


def test_slices_and_indices_work_as_on_a_list(trace: Trace) -> None:
    assert numbers(trace[-2:]) == [4, 5]
    assert numbers(trace[:]) == [1, 2, 3, 4, 5]
    assert trace[0].kind is Kind.CONNECT
    assert trace[-1].where == "dma"
    with pytest.raises(IndexError):
        _ = trace[5]


def test_selection_by_kind_takes_one_or_several_and_their_names(trace: Trace) -> None:
    assert numbers(trace.select(Kind.READ)) == [3]
    assert numbers(trace.select("irq")) == [4]
    assert numbers(trace.select(kind=(Kind.READ, Kind.WRITE))) == [2, 3]
    assert numbers(trace.select(kind=())) == []
    assert numbers(trace.select()) == [1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="reed"):
        trace.select("reed")


def test_selection_by_place_takes_brackets_for_themselves(trace: Trace) -> None:
    assert numbers(trace.select(where="bar0.*")) == [2, 3]
    assert numbers(trace.select(where="bar0.CH[2].CTRL")) == [2]
    assert numbers(trace.select(where="*[?]*")) == [2, 3, 4]
    assert numbers(trace.select(where="bar0")) == []
    assert numbers(trace.select(where="msi[*")) == [4]


def test_selection_since_a_number_gives_only_later_events(trace: Trace) -> None:
    assert numbers(trace.select(since=3)) == [4, 5]
    assert numbers(trace.select(since=5)) == []
    assert numbers(trace.select(kind=Kind.READ, where="bar0.*", since=2)) == [3]


@given(st.integers(0, 30), st.integers(1, 8), st.integers(0, 30))
def test_asking_since_the_last_number_seen_misses_only_what_the_ring_lost(
    total: int, capacity: int, since: int
) -> None:
    trace = Trace(capacity)
    for _ in range(total):
        trace.record(Kind.LOG, "x")
    expected = range(max(since, total - capacity) + 1, total + 1)
    assert numbers(trace.select(since=since)) == list(expected)


def test_a_trace_shows_itself_as_a_table(trace: Trace) -> None:
    lines = repr(trace).splitlines()
    assert [re.split(r" {2,}", line) for line in lines] == [
        ["seq", "time", "kind", "where", "offset", "data", "took", "note"],
        ["1", "0.000000", "connect", "client", "qemu"],
        ["2", "0.001500", "write", "bar0.CH[2].CTRL", "0x48", "0x00000001"],
        ["3", "0.003000", "read", "bar0.CH[1].CTRL", "0x28", "0x0102"],
        ["4", "0.004500", "irq", "msi[0]"],
        [
            "5",
            "0.006000",
            "dma_read",
            "dma",
            "0x1000",
            "00 01 02 03 04 05 06 07 … 64 bytes",
            "1 2",
        ],
    ]
    assert lines[0].index("offset") == lines[2].index("0x48") == lines[5].index("0x1000")


def test_a_selection_shows_itself_as_a_table_too(trace: Trace) -> None:
    assert repr(trace.select(Kind.IRQ)).splitlines()[1] == "4    0.000000  irq   msi[0]"
    assert repr(trace.select(Kind.RESET)) == "(no events)"
    assert repr(Trace()) == "(no events)"


def test_a_table_shows_the_last_events_of_many() -> None:
    trace = Trace()
    for _ in range(100):
        trace.record(Kind.LOG, "x")
    lines = repr(trace).splitlines()
    assert lines[0] == "the last 20 of 100 events"
    assert [line.split()[0] for line in lines[2:]] == [str(n) for n in range(81, 101)]


def test_rates_are_per_second_between_two_counts() -> None:
    before = Counts(1_000_000_000, {(Kind.READ, "a"): 10, (Kind.IRQ, "msi[0]"): 1})
    after = Counts(
        3_000_000_000,
        {(Kind.READ, "a"): 30, (Kind.IRQ, "msi[0]"): 1, (Kind.WRITE, "a"): 4, (Kind.LOG, "b"): 2},
    )
    rates = Rates.between(before, after)
    assert rates.seconds == 2
    assert rates.accesses == 12
    assert rates.by_kind == {Kind.READ: 10, Kind.WRITE: 2, Kind.LOG: 1}
    assert rates.by_where == {"a": 12, "b": 1}


def test_rates_need_time_to_pass() -> None:
    now = Counts(5, {})
    with pytest.raises(ValueError, match="time between them"):
        Rates.between(now, now)


def test_counts_stay_as_they_were_when_taken() -> None:
    trace = Trace()
    trace.record(Kind.READ, "a")
    before = trace.counts
    trace.record(Kind.READ, "a")
    assert before.by_where == {"a": 1}
    assert trace.counts.accesses == 2
