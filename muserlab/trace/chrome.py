"""Events as trace viewers take them: objects of the Trace Event Format.

ui.perfetto.dev and chrome://tracing open it. A device is a process, a place in it (a register, a
vector, DMA) a thread. What took time that is known, as an access, is a slice there; anything else
is an instant. Slices of a thread must not overlap: an access that came before another one there was
over is on one more thread of the same place. A client's time is a slice too, and the rate of
accesses a counter. Times are in microseconds. (Trace Event Format: Metadata, Instant, Duration,
Complete and Counter Events.)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count

from muserlab.trace.entry import Entry
from muserlab.trace.event import Event, Kind

TraceEvent = dict[str, object]

_CLIENT = None  # the place of who uses a device, which no event is at
_COUNTED_NS = 10_000_000  # a rate is that of 10 ms
_COUNTED = {Kind.READ: "reads", Kind.WRITE: "writes"}


class ChromeTrace:
    """Turns events into trace events, one by one; names processes and threads at last."""

    def __init__(self) -> None:
        self._processes: dict[str, _Process] = {}

    def add(self, entry: Entry) -> Iterator[TraceEvent]:
        """Return what says that something happened."""
        device, event = entry
        process = self._processes.get(device)
        if process is None:
            process = self._processes[device] = _Process(len(self._processes) + 1)
        process.last_ns = event.time_ns
        if event.kind in _COUNTED:
            yield from process.count(event)
        if event.kind in (Kind.CONNECT, Kind.DISCONNECT):
            yield from process.change_client(event)
        yield {
            **process.placed(event),
            "name": _name(event),
            "cat": event.kind.value,
            "args": _arguments(event),
        }

    def end(self) -> Iterator[TraceEvent]:
        """Return what is left to say: the last rates, who is still there, and all names."""
        for device, process in self._processes.items():
            yield from process.counted()
            if process.client:
                yield {**process.at(_CLIENT, process.last_ns), "ph": "E"}
            yield process.named("process_name", 0, name=device or "device")
            for place, thread in process.threads.items():
                name = "client" if place is _CLIENT else place or "device"
                yield process.named("thread_name", thread, name=name)
            for order, place in enumerate(sorted(process.threads, key=_in_order)):
                yield process.named("thread_sort_index", process.threads[place], sort_index=order)


@dataclass(slots=True)
class _Process:
    """A device's process: its threads by place, who uses it, and the accesses counted just now."""

    number: int
    threads: dict[str | None, int] = field(default_factory=dict[str | None, int])
    _busy_until: dict[str, int] = field(default_factory=dict[str, int])
    client: str = ""
    last_ns: int = 0
    _since_ns: int = 0
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def at(self, place: str | None, time_ns: int) -> TraceEvent:
        """Return where and when something is."""
        thread = self.threads.get(place)
        if thread is None:
            # A thread with the number of its process would be called its main thread.
            thread = len(self.threads) + 1
            thread += thread >= self.number
            self.threads[place] = thread
        return {"pid": self.number, "tid": thread, "ts": time_ns / 1000}

    def placed(self, event: Event) -> TraceEvent:
        """Return when an event is, on which thread and for how long."""
        if event.took_ns is None:
            return {**self.at(event.where, event.time_ns), "ph": "i", "s": "t"}  # on its thread
        began, names = (
            event.began_ns,
            chain([event.where], (f"{event.where} ({n})" for n in count(2))),
        )
        place = next(name for name in names if self._busy_until.get(name, began) <= began)
        self._busy_until[place] = began + event.took_ns
        return {**self.at(place, began), "ph": "X", "dur": event.took_ns / 1000}

    def named(self, what: str, thread: int, **arguments: object) -> TraceEvent:
        """Return what gives a process or a thread a name or a place."""
        return {"ph": "M", "pid": self.number, "tid": thread, "name": what, "args": arguments}

    def change_client(self, event: Event) -> Iterator[TraceEvent]:
        """Return where a client's slice ends, and where one begins."""
        if self.client:
            yield {**self.at(_CLIENT, event.time_ns), "ph": "E"}
        self.client = event.note if event.kind is Kind.CONNECT else ""
        if self.client:
            yield {
                **self.at(_CLIENT, event.time_ns),
                "ph": "B",
                "name": self.client,
                "cat": "client",
            }

    def count(self, access: Event) -> Iterator[TraceEvent]:
        """Count an access; return the rates of the time before, where that is over."""
        over = (access.time_ns - self._since_ns) // _COUNTED_NS
        if over > 0:
            yield from self.counted(goes_on=over == 1)
            self._since_ns = self._since_ns + _COUNTED_NS if over == 1 else access.time_ns
        what = _COUNTED[access.kind]
        self._counts[what] = self._counts.get(what, 0) + 1

    def counted(self, *, goes_on: bool = False) -> Iterator[TraceEvent]:
        """Return the rates of what was counted; they are 0 afterwards, unless it goes on."""
        if self._counts:
            yield self._rates(self._since_ns, 10**9 // _COUNTED_NS)
            if not goes_on:
                yield self._rates(self._since_ns + _COUNTED_NS, 0)
        self._counts = {}

    def _rates(self, time_ns: int, scale: int) -> TraceEvent:
        return {
            "ph": "C",
            "pid": self.number,
            "ts": time_ns / 1000,
            "name": "accesses per second",
            "args": {what: self._counts.get(what, 0) * scale for what in _COUNTED.values()},
        }


def _name(event: Event) -> str:
    return f"{event.kind} {event.shown_data}".rstrip()


def _arguments(event: Event) -> dict[str, object]:
    arguments: dict[str, object] = {"seq": event.seq}
    if event.offset is not None:
        arguments["offset"] = f"{event.offset:#x}"
    if event.data:
        arguments["data"] = event.data.hex(" ")
    if event.note:
        arguments["note"] = event.note
    return arguments


def _in_order(place: str | None) -> tuple[bool, str]:
    """Sort the client's thread before the others, which are by name."""
    return place is not _CLIENT, place or ""
