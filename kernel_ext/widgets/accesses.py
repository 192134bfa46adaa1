"""How often and when places of a device were accessed, found without listening.

A trace counts anyway. Whoever looks again and again sees which counts have grown, and knows when;
hooks and accesses pay nothing for it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import muserlab as ml

LOOKED_BACK = 8192  # events that are searched for what happened before the first look
KEPT = 4096  # places that are remembered


@dataclass(frozen=True, slots=True)
class Accesses:
    """What a place has seen: counts, the last kind of access, and when that was.

    `when` is in seconds since the epoch; 0 where nobody knows.
    """

    reads: int = 0
    writes: int = 0
    kind: str = ""
    when: float = 0.0


class AccessLog:
    """The accesses of places that somebody looks at, as of the last look."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: dict[str, Accesses] = {}
        self._trace: ml.Trace | None = None
        self._earlier: dict[str, tuple[str, float]] = {}

    def at(self, trace: ml.Trace, where: str) -> Accesses:
        """Return what a place has seen by now."""
        if trace is not self._trace:
            self._begin(trace)
        reads, writes = trace.count(ml.Kind.READ, where), trace.count(ml.Kind.WRITE, where)
        known = self._known.get(where)
        if known is None:
            known = Accesses(reads, writes, *self._earlier.get(where, ("", 0.0)))
        elif (reads, writes) != (known.reads, known.writes):
            kind = "write" if writes != known.writes else "read"
            known = Accesses(reads, writes, kind, self._clock())
        if len(self._known) >= KEPT and where not in self._known:
            del self._known[next(iter(self._known))]
        self._known[where] = known
        return known

    def _begin(self, trace: ml.Trace) -> None:
        self._trace, self._known = trace, {}
        since = self._clock() - time.monotonic()
        self._earlier = {
            event.where: (event.kind.value, event.time_ns / 1e9 + since)
            for event in trace[-LOOKED_BACK:]
            if event.kind in (ml.Kind.READ, ml.Kind.WRITE)
        }
