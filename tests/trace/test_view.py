"""Views of one or several traces, and what they write to files."""

import json
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import GOES_ON, Entry, Event, FilterError, Kind, Trace, TraceView
from muserlab.trace.chrome import ChromeTrace


class Clock:
    def __init__(self) -> None:
        self.now = 5_000_000_000

    def __call__(self) -> int:
        self.now += 1_000_250
        return self.now


@pytest.fixture
def traces() -> dict[str, Trace]:
    clock = Clock()
    adder, gpio = Trace(clock=clock), Trace(clock=clock)
    adder.connected("adder", "pid 7 (qemu)")
    for n in range(3):
        adder.record(Kind.WRITE, "bar0.CTRL", 8, bytes([n, 0, 0, 0]))
        gpio.record(Kind.READ, "bar2", 4, bytes([n]), "note")
    adder.record(Kind.IRQ, "msi[0]", note="delivered")
    return {"adder": adder, "gpio": gpio}


@pytest.fixture
def view(traces: dict[str, Trace]) -> TraceView:
    return TraceView(lambda: traces)


def test_several_traces_are_one_in_the_order_of_time(view: TraceView) -> None:
    assert [(entry.device, entry.event.kind.value) for entry in view] == [
        ("adder", "connect"),
        ("adder", "write"),
        ("gpio", "read"),
        ("adder", "write"),
        ("gpio", "read"),
        ("adder", "write"),
        ("gpio", "read"),
        ("adder", "irq"),
    ]
    assert len(view) == 8


def test_a_view_shows_itself_as_a_table_with_a_column_for_the_device(view: TraceView) -> None:
    lines = repr(view.view("write data>0")).splitlines()
    headings = "device seq time kind where offset data took note"
    assert lines[0].split() == headings.split()
    assert lines[1].split() == ["adder", "3", "0.000000", "write", "bar0.CTRL", "0x8", "0x00000001"]
    assert len(lines) == 3
    assert repr(view.view("nothing")) == "(no events)"


def test_a_view_of_one_trace_needs_no_such_column(traces: dict[str, Trace]) -> None:
    view = traces["adder"].view("kind:irq")
    assert repr(view).splitlines()[1].split() == ["5", "0.000000", "irq", "msi[0]", "delivered"]


def test_views_are_narrowed_further(view: TraceView) -> None:
    assert len(view.view("device:adder").view("access").view("data:1,2")) == 2
    with pytest.raises(FilterError, match="did you mean"):
        view.view("knd:read")


def test_a_view_gives_what_is_kept_when_it_is_asked(traces: dict[str, Trace]) -> None:
    view = traces["gpio"].view("read")
    traces["gpio"].record(Kind.READ, "bar2")
    assert len(view) == 4
    traces["gpio"].clear()
    assert list(view) == []


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_the_events_of_several_devices_are_written_with_their_names(
    view: TraceView, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"both{suffix}"
    view.export(path)
    first = path.read_text().splitlines()[1 if suffix == ".csv" else 0]
    assert first.startswith(('{"device": "adder", "seq": 1', "adder,1,"))
    with pytest.raises(ValueError, match="several devices"):
        Trace.load(path)


def test_a_filtered_trace_is_written_and_loaded(traces: dict[str, Trace], tmp_path: Path) -> None:
    path = tmp_path / "writes.csv"
    traces["adder"].view("write").export(path)
    assert [event.seq for event in Trace.load(path)] == [2, 3, 4]


# -- for trace viewers -----------------------------------------------------------------------------

# Trace Event Format: what each phase has to have, beside ph and pid.
REQUIRED = {
    "M": {"name", "args"},
    "i": {"name", "ts", "tid", "s"},
    "B": {"name", "ts", "tid"},
    "E": {"ts", "tid"},
    "C": {"name", "ts", "args"},
}


def chrome(view: TraceView, path: Path) -> list[dict[str, Any]]:
    view.export(path)
    content = json.loads(path.read_text())
    assert content["displayTimeUnit"] in {"ms", "ns"}
    events: list[dict[str, Any]] = content["traceEvents"]
    return events


def test_what_is_written_is_in_the_trace_event_format(view: TraceView, tmp_path: Path) -> None:
    depth: dict[tuple[int, int], int] = {}
    for event in chrome(view, tmp_path / "x.json"):
        assert REQUIRED[event["ph"]] | {"ph", "pid"} <= event.keys()
        assert isinstance(event["pid"], int)
        assert isinstance(event.get("ts", 0), int | float)
        assert event.get("s", "t") in {"g", "p", "t"}
        thread = event["pid"], event.get("tid", 0)
        depth[thread] = depth.get(thread, 0) + {"B": 1, "E": -1}.get(event["ph"], 0)
        assert depth[thread] >= 0
        if event["ph"] == "C":
            assert all(isinstance(value, int | float) for value in event["args"].values())
        if event["ph"] == "M":
            (argument,) = event["args"]
            assert argument == {"thread_sort_index": "sort_index"}.get(event["name"], "name")
    assert set(depth.values()) == {0}


def test_a_device_is_a_process_and_a_place_a_thread(view: TraceView, tmp_path: Path) -> None:
    events = chrome(view, tmp_path / "x.json")
    named = {
        (event["pid"], event["tid"] if event["name"] == "thread_name" else 0): event["args"]["name"]
        for event in events
        if event["ph"] == "M" and event["name"] != "thread_sort_index"
    }
    (irq,) = [event for event in events if event.get("cat") == "irq"]
    assert named[irq["pid"], 0] == "adder"
    assert named[irq["pid"], irq["tid"]] == "msi[0]"
    writes = [event for event in events if event.get("cat") == "write"]
    assert writes[1]["name"] == "write 0x00000001"
    assert writes[1]["args"] == {"seq": 3, "offset": "0x8", "data": "01 00 00 00"}
    assert writes[1]["ts"] - writes[0]["ts"] == pytest.approx(2000.5)
    assert set(named.values()) >= {"adder", "gpio", "bar0.CTRL", "bar2", "client"}


def test_a_client_is_a_slice_and_rates_are_counters(
    traces: dict[str, Trace], tmp_path: Path
) -> None:
    adder = traces["adder"]
    adder.disconnected("adder", "pid 7 (qemu)")
    for _ in range(20):
        adder.record(Kind.READ, "bar0.CTRL", 8, bytes(4))
    events = chrome(adder.view(), tmp_path / "x.json")
    begin, end = (event for event in events if event["ph"] in {"B", "E"})
    assert (begin["name"], begin["ph"], end["ph"]) == ("pid 7 (qemu)", "B", "E")
    assert begin["tid"] == end["tid"]
    counters = [event for event in events if event["ph"] == "C"]
    assert counters[0]["args"] == {"reads": 200, "writes": 300}
    assert counters[1]["args"] == {"reads": 1000, "writes": 0}
    assert counters[-1]["args"] == {"reads": 0, "writes": 0}
    times = [event["ts"] for event in counters]
    assert times == sorted(times)


def test_a_rate_is_0_where_accesses_pause_and_only_there(tmp_path: Path) -> None:
    milliseconds = [100, 105, 109, 111, 119, 130, 131, 205]
    trace = Trace(clock=iter([at * 10**6 for at in milliseconds]).__next__)
    for _ in milliseconds:
        trace.record(Kind.READ, "bar0.CTRL")
    events = chrome(trace.view(), tmp_path / "x.json")
    rates = [(one["ts"] / 1000, one["args"]["reads"]) for one in events if one["ph"] == "C"]
    assert rates == [(100, 300), (110, 200), (120, 0), (130, 200), (140, 0), (205, 100), (215, 0)]


def test_an_empty_trace_is_a_file_too(tmp_path: Path) -> None:
    assert chrome(Trace().view(), tmp_path / "x.json") == []


def test_an_access_is_a_slice_as_long_as_it_took(tmp_path: Path) -> None:
    trace = Trace(clock=iter([5_000, 9_000, 9_500, 20_000]).__next__)
    trace.record(Kind.WRITE, "bar0.CTRL", 0, b"\x01", began=GOES_ON)
    trace.record(Kind.IRQ, "msi[0]")
    trace.answered(1)
    trace.record(Kind.READ, "bar0.CTRL", 0, b"\x01", began=18_000)
    events = [event for event in chrome(trace.view(), tmp_path / "x.json") if event["ph"] in "iX"]
    assert [(event["ph"], event["ts"], event.get("dur")) for event in events] == [
        ("X", 5.0, 4.5),
        ("i", 9.0, None),
        ("X", 18.0, 2.0),
    ]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 30))))
def test_slices_of_a_thread_never_overlap(accesses: list[tuple[str, int, int]]) -> None:
    writing = ChromeTrace()
    threads: dict[object, list[tuple[float, float]]] = {}
    for n, (where, at, took) in enumerate(sorted(accesses, key=itemgetter(1)), 1):
        kind = Kind.WRITE if took % 2 else Kind.READ
        entry = Entry("", Event(n, at * 1000, kind, where, 0, b"", "", took * 1000))
        for one in writing.add(entry):
            if one["ph"] == "X":
                begins, lasts = cast("float", one["ts"]), cast("float", one["dur"])
                threads.setdefault(one["tid"], []).append((begins, begins + lasts))
    for slices in threads.values():
        slices.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(slices))
