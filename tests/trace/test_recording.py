"""Recording: the ring, its bounds, the counts."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import DATA_KEPT, NOTE_KEPT, Event, Kind, Trace

KINDS = st.sampled_from(Kind)
PLACES = st.sampled_from(["bar0.CTRL", "bar0.CH[2].CTRL", "msi[0]", "config"])


def ticking() -> Trace:
    """A trace whose clock advances by one at every look."""
    return Trace(clock=count(1000).__next__)


def test_an_event_is_kept_as_it_was_recorded() -> None:
    trace = ticking()
    assert trace.record(Kind.WRITE, "bar0.CTRL", 8, b"\x01\0\0\0", "first") == 1
    assert trace.record(Kind.IRQ, "msi[0]") == 2
    assert list(trace) == [
        Event(1, 1000, Kind.WRITE, "bar0.CTRL", 8, b"\x01\0\0\0", "first"),
        Event(2, 1001, Kind.IRQ, "msi[0]", None, b"", ""),
    ]
    assert all(type(event) is Event for event in trace)


@given(st.integers(1, 20), st.lists(st.tuples(KINDS, PLACES), max_size=60))
def test_the_ring_keeps_the_last_ones_and_counts_all(
    capacity: int, happened: list[tuple[Kind, str]]
) -> None:
    trace = Trace(capacity)
    numbers = [trace.record(kind, where) for kind, where in happened]

    assert numbers == list(range(1, len(happened) + 1))
    assert len(trace) == min(capacity, len(happened))
    assert [(event.kind, event.where) for event in trace] == happened[-capacity:]
    assert [event.seq for event in trace] == numbers[-capacity:]
    assert trace.counts.by_kind == Counter(kind for kind, _ in happened)
    assert trace.counts.by_where == Counter(where for _, where in happened)
    assert trace.accesses == sum(kind in (Kind.READ, Kind.WRITE) for kind, _ in happened)


@given(st.lists(st.tuples(KINDS, PLACES, st.integers(0, 1 << 64), st.binary(max_size=1100))))
def test_a_recorder_records_what_record_does(
    happened: list[tuple[Kind, str, int, bytes]],
) -> None:
    usual, quick = (Trace(8, clock=count(1000).__next__) for _ in range(2))
    heard: list[Event] = []
    quick.subscribe(heard.append)
    recorders = {}
    for kind, where, offset, data in happened:
        usual.record(kind, where, offset, data, "", 990)
        if (kind, where) not in recorders:
            recorders[kind, where] = quick.recorder(kind, where)
        recorders[kind, where](offset, data, 990)
    assert list(quick) == list(usual) == heard[-8:]
    assert quick.counts.by_where == usual.counts.by_where
    assert quick.counts.by_kind == usual.counts.by_kind


def test_long_data_is_cut_and_the_note_says_so() -> None:
    trace = Trace()
    trace.record(Kind.DMA_WRITE, "dma", 0, bytes(DATA_KEPT))
    trace.record(Kind.DMA_WRITE, "dma", 0, b"\xaa" * (DATA_KEPT + 1))
    trace.record(Kind.DMA_READ, "dma", 0, bytes(2 * DATA_KEPT), "by message")
    whole, cut, remarked = trace
    assert (whole.data, whole.note) == (bytes(DATA_KEPT), "")
    assert (cut.data, cut.note) == (b"\xaa" * DATA_KEPT, "first 1024 of 1025 bytes")
    assert remarked.note == "by message; first 1024 of 2048 bytes"


def test_of_a_long_note_the_beginning_is_kept() -> None:
    trace = Trace()
    trace.record(Kind.FAULT, "CTRL.on_write", note="n" * NOTE_KEPT)
    trace.record(Kind.FAULT, "CTRL.on_write", note="n" * 10_000_000)
    trace.record(Kind.READ, "bar0", 0, bytes(2 * DATA_KEPT), "n" * 10_000_000)
    whole, cut, both = trace
    assert whole.note == "n" * NOTE_KEPT
    assert cut.note == "n" * NOTE_KEPT + "…"
    assert both.note == "n" * NOTE_KEPT + "…; first 1024 of 2048 bytes"


def test_the_number_of_places_counted_is_bounded() -> None:
    trace = Trace(capacity=1)
    for n in range(70_000):
        trace.record(Kind.LOG, f"place {n}")
    by_where = trace.counts.by_where
    assert len(by_where) <= 65_537
    assert sum(by_where.values()) == 70_000
    assert by_where["elsewhere"] == 70_000 - 65_536


def test_clearing_forgets_events_but_goes_on_counting() -> None:
    trace = Trace()
    trace.record(Kind.READ, "bar0.A")
    trace.clear()
    assert len(trace) == 0
    assert trace.record(Kind.READ, "bar0.A") == 2
    assert trace.accesses == 2


def test_a_trace_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity 0"):
        Trace(0)
    assert Trace(5).capacity == 5


def test_recording_while_reading_leaves_the_reader_what_it_began_with() -> None:
    trace = Trace(capacity=4)
    for n in range(4):
        trace.record(Kind.LOG, str(n))
    assert [trace.record(Kind.LOG, event.where) for event in trace] == [5, 6, 7, 8]


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_other_threads_read_while_one_records() -> None:
    trace = Trace(capacity=5000)
    failures: list[BaseException] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                numbers = [event.seq for event in trace]
                assert numbers == sorted(numbers)
                _ = trace[-5:], trace.select(where="p*"), trace.counts.by_where
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
            done.set()

    reader = threading.Thread(target=look)
    reader.start()
    for n in range(20_000):
        if not done.is_set():
            trace.record(Kind.READ, f"p{n}", n, b"\0")
    done.set()
    reader.join()
    assert failures == []
