"""Figures of a trace, or of a span of it: rates, the busiest places, how long accesses took."""

from typing import Any

from muserlab.trace import Index, Overview

_BUSIEST = 10
_SLOWEST = 10
_NOW_NS = 1_000_000_000


def figures_of(overview: Overview, first: int, end: int) -> dict[str, Any]:
    """Return what there is to say of the rows from one number to another.

    `gaps` are pairs: n, and how many times between one event and the next were of 2**(n-1) to
    2**n - 1 nanoseconds; `lengths` tell the same of how long accesses took. `busy` are lists:
    device, where, events, reads, writes; `slow` as well: device, kind, where, accesses, mean,
    longest.
    """
    summary = overview.sum(first, end)
    took = summary.durations
    return {
        "total": summary.total,
        "seconds": summary.seconds,
        "kinds": summary.kinds().most_common(),
        "busy": [
            [device, where, kinds.total(), kinds["read"], kinds["write"]]
            for device, where, kinds in summary.busiest(_BUSIEST)
        ],
        "gaps": sorted(summary.gaps.items()),
        "took": {
            "count": took.count,
            "median": took.quantile_ns(0.5),
            "p99": took.quantile_ns(0.99),
            "longest": took.longest_ns,
        },
        "lengths": sorted(took.octaves().items()),
        "slow": [
            [*place, slow.accesses, slow.mean_ns, slow.longest_ns]
            for place, slow in took.slowest(_SLOWEST)
        ],
    }


def rate_now(index: Index, now_ns: int) -> int:
    """Return how many events there were in the last second."""
    return index.rows.end - index.rows.at_time(now_ns - _NOW_NS)
