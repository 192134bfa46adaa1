"""Figures of a trace, or of a span of it: rates, the busiest places, the times between events."""

from typing import Any

from muserlab.trace import Index, Overview

_BUSIEST = 10
_NOW_NS = 1_000_000_000


def figures_of(overview: Overview, first: int, end: int) -> dict[str, Any]:
    """Return what there is to say of the rows from one number to another.

    `gaps` are pairs: n, and how many times between one event and the next were of 2**(n-1) to
    2**n - 1 nanoseconds. `busy` are lists: device, where, events, reads, writes.
    """
    summary = overview.sum(first, end)
    return {
        "total": summary.total,
        "seconds": summary.seconds,
        "kinds": summary.kinds().most_common(),
        "busy": [
            [device, where, kinds.total(), kinds["read"], kinds["write"]]
            for device, where, kinds in summary.busiest(_BUSIEST)
        ],
        "gaps": sorted(summary.gaps.items()),
    }


def rate_now(index: Index, now_ns: int) -> int:
    """Return how many events there were in the last second."""
    return index.rows.end - index.rows.at_time(now_ns - _NOW_NS)
