"""Events of one or several traces, as somebody wants to see them."""

from collections.abc import Callable, Iterator, Mapping
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING

from muserlab.trace.entry import Entry
from muserlab.trace.events import MOST_SHOWN, table
from muserlab.trace.filter import Filter, Subject
from muserlab.trace.ring import event_of
from muserlab.trace.writers import writer

if TYPE_CHECKING:
    from muserlab.trace.trace import Trace


class TraceView:
    """The events of some traces that a filter lets through, in the order of their times.

    It holds no events: what it gives is what the traces keep when it is asked. ``traces`` returns
    them by the names of their devices, "" for one that stands by itself. In a notebook it shows
    itself as a live table and timeline.
    """

    def __init__(self, traces: "Callable[[], Mapping[str, Trace]]", wanted: str = "") -> None:
        self._traces = traces
        self.filter = Filter(wanted)

    @property
    def traces(self) -> "Mapping[str, Trace]":
        """The traces as they are now, by the names of their devices."""
        return self._traces()

    def view(self, wanted: str) -> "TraceView":
        """Return those of these events that another filter lets through too.

        See `Filter` for what can be asked for; FilterError says what cannot be understood.
        """
        return TraceView(self._traces, f"{self.filter.text} {wanted}".strip())

    def export(self, path: str | Path) -> None:
        """Write the events to a file: `.jsonl`, `.csv`, or `.json` for ui.perfetto.dev.

        Raises ValueError for another suffix.
        """
        with writer(Path(path)) as file:
            file.write(self)

    def __iter__(self) -> Iterator[Entry]:
        """Return the events kept now, each with its device."""
        traces = self.traces
        origin = min((events[0].time_ns for t in traces.values() if (events := t[:1])), default=0)
        sifted = [
            self._sifted(trace, Subject(device, trace.client_of, origin))
            for device, trace in traces.items()
        ]
        return merge(*sifted, key=lambda entry: entry.event.time_ns)

    def __len__(self) -> int:
        """Return how many events there are now."""
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        """Show the last events as a table; the device has a column where there are several."""
        entries = list(self)
        named = any(entry.device for entry in entries)
        origin = entries[0].event.time_ns if entries else 0
        rows = [
            ((entry.device, *cells) if named else cells)
            for entry in entries[-MOST_SHOWN:]
            for cells in (entry.event.cells(origin),)
        ]
        return table(rows, len(entries), ("device",) if named else ())

    def _sifted(self, trace: "Trace", subject: Subject) -> Iterator[Entry]:
        for record in self.filter.sieve(subject).sift(trace.records(0, len(trace))):
            yield Entry(subject.device, event_of(record))
