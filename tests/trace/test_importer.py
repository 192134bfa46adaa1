"""What Perfetto's importer of JSON asks of a file, so that it drops nothing and shows it well.

This tells what its source demands (perfetto's src/trace_processor/importers/json, and
util/json_parser beside it), of traces that are like nothing anybody thought of. One trace goes
through the importer itself in test_in_perfetto.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import Kind, Trace, TraceView

BEGAN = 10**9  # when the clock starts; what began then overlaps all that came since

# Its parser takes no pair of them: it drops the arguments of an event, and refuses a name's file.
SURROGATE = re.compile(r"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")

TEXTS = st.text(st.characters() | st.sampled_from("\U0001f41b\\\0"), max_size=6)
RECORDS = st.tuples(
    st.integers(0, 3),
    st.sampled_from(Kind),
    TEXTS | st.just("client"),
    st.none() | st.integers(0, 99),
    st.binary(),
    TEXTS,
    st.none() | st.just(BEGAN),
)


def complaints(text: str) -> Iterator[str]:
    """What the importer would count as an error, or show other than it is meant."""
    if SURROGATE.search(text):
        yield "a surrogate pair is escaped"
    if r"\\" in text:
        yield "a backslash that versions 51 and 52 take for the escape of a quote behind it"
    if r"\u0000" in text:
        yield "a text ends for it at a NUL"
    events: list[dict[str, Any]] = json.loads(text)["traceEvents"]
    ends: dict[tuple[int, int], list[float]] = {}
    for event in sorted(events, key=lambda one: one.get("ts", 0)):
        yield from _lacking(event)
        pid, tid = event["pid"], event.get("tid", 0)
        if tid == pid and event["ph"] != "C":
            yield f"lane {tid} would be taken for the main thread of its process"
        stack = ends.setdefault((pid, tid), [])
        if event["ph"] == "E" and (not stack or stack.pop() != float("inf")):
            yield f"nothing to end: {event}"
        elif event["ph"] in "BX":
            end = event["ts"] + event["dur"] if event["ph"] == "X" else float("inf")
            while stack and stack[-1] <= event["ts"]:
                stack.pop()
            if stack and stack[-1] < end:
                yield f"overlaps another slice of its lane: {event}"
            stack.append(end)
    if any(float("inf") in stack for stack in ends.values()):
        yield "a slice without an end"


def _lacking(event: dict[str, Any]) -> Iterator[str]:
    for number in ("pid", "tid"):
        if number in event and event[number] not in range(1 << 32):
            yield f"no {number}: {event}"
    if event["ph"] != "M" and not isinstance(event.get("ts"), int | float):
        yield f"no time: {event}"
    match event:
        case {"ph": "M", "args": {"name": str(name)}}:
            lacks = name == ""
        case {"ph": "M", "args": {"sort_index": int()}}:
            lacks = False
        case {"ph": "C", "name": str(), "args": {} as counts}:
            lacks = not counts or not all(isinstance(one, int | float) for one in counts.values())
        case {"ph": "X", "dur": int(length) | float(length), "tid": int()}:
            lacks = length < 0
        case {"ph": "i", "s": "t", "tid": int()} | {"ph": "B" | "E", "tid": int()}:
            lacks = False
        case _:
            lacks = True
    if lacks:
        yield f"lacks something: {event}"


@given(st.lists(RECORDS, max_size=20))
def test_an_importer_has_nothing_to_complain_of(
    records: list[tuple[int, Kind, str, int | None, bytes, str, int | None]],
) -> None:
    times = iter(range(BEGAN, 10**12, 999_999))
    traces = {f"device{n}": Trace(clock=lambda: next(times)) for n in range(4)}
    for device, *record in records:
        traces[f"device{device}"].record(*record)  # type: ignore[arg-type]
    with TemporaryDirectory() as folder:
        file = Path(folder, "run.json")
        TraceView(lambda: traces).export(file)
        text = file.read_text(encoding="utf-8")
    assert [*complaints(text)] == []


def test_a_time_keeps_its_nanoseconds(tmp_path: Path) -> None:
    fifty_days = 50 * 86400 * 10**9 + 1
    trace = Trace(clock=lambda: fifty_days)
    trace.record(Kind.IRQ, "msi[0]")
    trace.export(tmp_path / "run.json")
    event, *_ = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    assert round(event["ts"] * 1000) == fifty_days  # as the importer takes it
