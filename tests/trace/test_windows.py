"""Windows: some of a trace's many events by their numbers, whatever is recorded meanwhile."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import Events, Kind, Trace
from muserlab.trace.ring import Record, Ring


def filled(capacity: int, total: int) -> Trace:
    trace = Trace(capacity)
    for n in range(1, total + 1):
        trace.record(Kind.LOG, str(n))
    return trace


def numbers(events: Events) -> list[int]:
    assert [event.where for event in events] == [str(event.seq) for event in events]
    return [event.seq for event in events]


@given(st.integers(1, 8), st.integers(0, 30), st.integers(-3, 35), st.integers(0, 12))
def test_a_window_is_what_is_kept_of_the_numbers_asked_for(
    capacity: int, total: int, first: int, count: int
) -> None:
    kept = list(range(max(total - capacity, 0) + 1, total + 1))
    expected = [number for number in kept if number >= first][:count]
    assert numbers(filled(capacity, total).window(first, count)) == expected


PLACES = st.none() | st.integers(-12, 12)


@given(st.integers(1, 8), st.integers(0, 30), PLACES, PLACES, st.sampled_from([None, 1, 2, -1, -3]))
def test_slices_are_those_of_a_list_of_what_is_kept(
    capacity: int, total: int, start: int | None, stop: int | None, step: int | None
) -> None:
    trace = filled(capacity, total)
    kept = list(range(max(total - capacity, 0) + 1, total + 1))
    assert numbers(trace[start:stop:step]) == kept[start:stop:step]
    for place in range(-len(kept), len(kept)):
        assert trace[place].seq == kept[place]
    with pytest.raises(IndexError):
        _ = trace[len(kept)]


def test_a_window_after_clearing_begins_with_what_came_then() -> None:
    trace = filled(4, 6)
    trace.clear()
    assert numbers(trace.window(0, 9)) == numbers(trace[:]) == []
    trace.record(Kind.LOG, "7")
    assert numbers(trace.window(0, 9)) == numbers(trace[:]) == [7]


def test_a_file_that_was_shortened_is_looked_through_by_number(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    filled(100, 40).export(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[9:40:10]))
    trace = Trace.load(path)
    assert numbers(trace[:]) == [10, 20, 30, 40]
    assert numbers(trace.window(11, 2)) == [20, 30]
    trace.record(Kind.LOG, "41")
    assert numbers(trace.select(since=20)) == [30, 40, 41]


class Overtaken(list[Record]):
    """Slots into which some more is recorded just before each of the next looks at them."""

    def __init__(self, ring: Ring, records: Iterable[int]) -> None:
        super().__init__(ring.slots)
        self._ring = ring
        self._records = iter(records)

    def __getitem__(self, at: Any) -> Any:
        for _ in range(next(self._records, 0)):
            self._ring.newest = put(self, self._ring.newest + 1)
        return super().__getitem__(at)


def put(slots: list[Record], number: int) -> int:
    slots[number % len(slots)] = (number, 0, "log", str(number), None, b"", "")
    return number


def ring_of(capacity: int, total: int) -> Ring:
    ring = Ring(capacity)
    for number in range(1, total + 1):
        ring.newest = put(ring.slots, number)
    return ring


@given(
    st.integers(1, 8),
    st.integers(0, 30),
    PLACES,
    PLACES,
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_what_is_overwritten_while_it_is_copied_is_missing_at_the_beginning_alone(
    capacity: int, total: int, start: int | None, stop: int | None, meanwhile: tuple[int, int]
) -> None:
    ring = ring_of(capacity, total)
    undisturbed = [record[0] for record in ring.between(start, stop)]
    ring.slots = Overtaken(ring, meanwhile)
    found = [record[0] for record in ring.between(start, stop)]
    assert found == undisturbed[len(undisturbed) - len(found) :]


def test_a_record_that_is_overwritten_before_it_is_read_makes_way_for_the_next() -> None:
    ring = ring_of(4, 4)
    ring.slots = Overtaken(ring, [1])
    assert ring.at(0)[0] == 2
    assert ring.at(-1)[0] == 5
