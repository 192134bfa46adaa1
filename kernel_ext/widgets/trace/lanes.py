"""The timeline, as the page gets it: lanes, and what is in them."""

from array import array
from typing import Any

from muserlab.trace import Index, Overview, lanes_of, timeline

from .wants import Axis

MOST_LANES = 14
MOST_MARKS = 1000
_MOST_LABELS = 300
_ROOM = 50  # a 50th of what is shown is left empty at an end


def ends_of(index: Index, origin_ns: int) -> tuple[int, int]:
    """Return when the first and last events were, from the origin; a second where none was."""
    rows = index.rows
    if not len(rows):
        return 0, 1_000_000_000
    return rows.time_ns(rows.first) - origin_ns, rows.time_ns(rows.end - 1) - origin_ns


def span_of(ends: tuple[int, int], axis: Axis) -> tuple[int, int]:
    """Return from when to when a timeline is, with some room at ends that are not given."""
    first, last = ends
    room = max((axis.width or last - first) // _ROOM, 1000)
    until = last + room if axis.until is None else axis.until
    begin = first - room if axis.width is None else until - axis.width
    since = begin if axis.since is None else axis.since
    return since, max(until, since + 1)


def timeline_of(index: Index, overview: Overview, axis: Axis, origin_ns: int) -> dict[str, Any]:
    """Return the lanes, and either the events between two times or how many there are."""
    rows = index.rows
    ends = ends_of(index, origin_ns)
    since, until = span_of(ends, axis)
    lanes = lanes_of(overview.sum(rows.first, rows.end), MOST_LANES)
    shown = timeline(
        index, overview, lanes, origin_ns + since, origin_ns + until, axis.bins, MOST_MARKS
    )
    labelled = len(shown.marks) <= _MOST_LABELS
    counts: array[int] = array("H")
    for series in shown.counts:
        counts.extend(series)
    return {
        "axis": [since, until],
        "ends": ends,
        "lanes": [[lane.device, lane.name] for lane in lanes],
        "marks": [
            [
                mark.number,
                mark.time_ns - origin_ns,
                mark.lane,
                mark.tone,
                _label(mark.data, labelled),
                mark.began_ns - origin_ns,
                mark.took_ns,
            ]
            for mark in shown.marks
        ],
        "series": shown.series,
        "counts": counts.tobytes(),
    }


def _label(data: bytes, wanted: bool) -> str:
    return f"{int.from_bytes(data, 'little'):#x}" if wanted and 0 < len(data) <= 8 else ""
