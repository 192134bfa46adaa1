"""Traces in files."""

import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import DATA_KEPT, GOES_ON, Event, Kind, Trace

TEXTS = st.text(st.characters(), max_size=20)
RECORDS = st.tuples(
    st.sampled_from(Kind),
    TEXTS,
    st.none() | st.integers(0, 2**64 - 1),
    st.binary(max_size=DATA_KEPT),
    TEXTS,
    st.none() | st.integers(-(10**18), 0) | st.just(GOES_ON),
)
SUFFIXES = pytest.mark.parametrize("suffix", [".jsonl", ".csv"])


@SUFFIXES
@given(st.lists(RECORDS, max_size=8), st.integers(1, 8))
def test_what_was_exported_loads_the_same(
    suffix: str,
    records: list[tuple[Kind, str, int | None, bytes, str, int | None]],
    capacity: int,
) -> None:
    trace = Trace(capacity)
    for record in records:
        trace.record(*record)
    with TemporaryDirectory() as directory:
        path = Path(directory, f"run{suffix}")
        trace.export(path)
        loaded = Trace.load(path)
    assert list(loaded) == list(trace)
    assert all(type(event.kind) is Kind for event in loaded)
    assert sum(loaded.counts.pairs.values()) == len(trace)


@SUFFIXES
def test_a_loaded_trace_goes_on_where_it_ended(suffix: str, tmp_path: Path) -> None:
    trace = Trace(capacity=2)
    for _ in range(5):
        trace.record(Kind.READ, "a", 0, b"\x01")
    trace.export(str(tmp_path / f"run{suffix}"))
    loaded = Trace.load(str(tmp_path / f"run{suffix}"))
    assert [event.seq for event in loaded] == [4, 5]
    assert loaded.record(Kind.READ, "a") == 6
    assert loaded.accesses == 3


def test_json_lines_are_one_object_a_line(tmp_path: Path) -> None:
    trace = Trace(clock=lambda: 17)
    trace.record(Kind.WRITE, "bar0.CTRL", 8, b"\x01\x00", "go")
    trace.record(Kind.IRQ, "msi[0]")
    trace.export(tmp_path / "run.jsonl")
    first, second = map(json.loads, (tmp_path / "run.jsonl").read_text().splitlines())
    assert first == {
        "seq": 1,
        "time_ns": 17,
        "kind": "write",
        "where": "bar0.CTRL",
        "offset": 8,
        "data": "0100",
        "note": "go",
        "took_ns": None,
    }
    assert second["offset"] is None


def test_csv_has_a_heading_and_a_row_an_event(tmp_path: Path) -> None:
    trace = Trace(clock=lambda: 17)
    trace.record(Kind.WRITE, "bar0.CTRL", 8, b"\x01\x00", "go, then stop")
    trace.export(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(newline="") as file:
        heading, row = csv.reader(file)
    assert heading == ["seq", "time_ns", "kind", "where", "offset", "data", "note", "took_ns"]
    assert row == ["1", "17", "write", "bar0.CTRL", "8", "0100", "go, then stop", ""]


def test_another_suffix_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    with pytest.raises(ValueError, match=r"run\.txt: a trace's file ends in \.jsonl .* \.json "):
        Trace().export(path)
    with pytest.raises(ValueError, match=r"loaded from \.jsonl"):
        Trace.load(path)
    assert not path.exists()


GOOD = (
    '{"seq": 3, "time_ns": 1, "kind": "read", "where": "", "offset": null, "data": "", "note": ""}'
)


@pytest.mark.parametrize(
    "second",
    [
        "not JSON",
        "[]",
        "{}",
        GOOD,
        GOOD.replace("3", "2"),
        GOOD.replace("3", "4").replace("read", "reed"),
        GOOD.replace("3", "4").replace('"data": ""', '"data": "0x"'),
        GOOD.replace("3", "4").replace('"data": ""', '"data": null'),
        GOOD.replace("3", "4").replace("null", '"four"'),
        GOOD.replace("3", "4").replace("}", ', "took_ns": -1}'),
        GOOD.replace("3", "4").replace("}", ', "took_ns": 1.5}'),
    ],
)
def test_a_line_that_is_no_event_is_named(second: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(f"{GOOD}\n{second}\n")
    with pytest.raises(ValueError, match=r"run\.jsonl: event 2 cannot be read: "):
        Trace.load(path)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".jsonl", f"{GOOD}\n"),
        (".csv", "seq,time_ns,kind,where,offset,data,note\n3,1,read,,,,\n"),
    ],
)
def test_a_file_need_not_tell_how_long_accesses_took(
    suffix: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / f"run{suffix}"
    path.write_text(text)
    assert list(Trace.load(path)) == [Event(3, 1, Kind.READ, "", None, b"", "")]


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "seq,time_ns,kind,where,offset,data,note\n1,2\n"])
def test_a_csv_file_that_is_no_trace_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match="event 1 cannot be read"):
        Trace.load(path)


def load_or_refuse(content: bytes, suffix: str) -> list[Event]:
    with TemporaryDirectory() as directory:
        path = Path(directory, f"any{suffix}")
        path.write_bytes(content)
        try:
            return list(Trace.load(path))
        except ValueError:
            return []


@SUFFIXES
@given(st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(suffix: str, content: bytes) -> None:
    assert load_or_refuse(content, suffix) == []


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "0", "a"])


@given(st.dictionaries(st.sampled_from(Event._fields), SCALARS | st.lists(SCALARS), max_size=2))
def test_any_values_load_as_what_they_should_be_or_are_refused(changes: dict[str, object]) -> None:
    record = json.loads(GOOD) | changes
    for event in load_or_refuse(json.dumps(record).encode(), ".jsonl"):
        assert [type(part) for part in event[:4]] == [int, int, Kind, str]
        assert (str(event.seq), str(event.time_ns)) == (str(record["seq"]), str(record["time_ns"]))
