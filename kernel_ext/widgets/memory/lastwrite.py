"""Where an address space was written last, as the trace tells it."""

import muserlab as ml

BACK = 4096  # events that are looked through at first
WRITES = {ml.Kind.WRITE, ml.Kind.CHANGE, ml.Kind.DMA_WRITE}


class LastWrite:
    """Finds the last write to an address space; each look goes through new events only."""

    def __init__(self) -> None:
        self._trace: ml.Trace | None = None
        self._seen = 0
        self._found: tuple[int, str, int] | None = None

    def look(self, space: ml.AddressSpace) -> tuple[int, str, int] | None:
        """Return the write's number, its address in hexadecimal, and how many bytes it was."""
        trace = space.owner.trace
        if trace is not self._trace:
            self._trace, self._seen, self._found = trace, 0, None
        newest = trace[-1].seq if len(trace) else 0
        first = max(self._seen, newest - BACK) + 1
        for event in reversed(trace.window(first, newest - first + 1)):
            there = event.where == space.name or event.where.startswith(f"{space.name}.")
            if there and event.kind in WRITES and event.offset is not None:
                self._found = (event.seq, f"{event.offset:x}", max(len(event.data), 1))
                break
        self._seen = newest
        return self._found
