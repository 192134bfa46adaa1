"""The trace: a bounded ring of events, counted, searched and listened to."""

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import overload

from muserlab.trace.clients import Clients
from muserlab.trace.counts import Counts
from muserlab.trace.event import Event, Kind
from muserlab.trace.events import MOST_SHOWN, Events
from muserlab.trace.files import read_events
from muserlab.trace.ring import Record, Ring, event_of
from muserlab.trace.view import TraceView

Listener = Callable[[Event], object]
Recorder = Callable[[int, bytes, int], int]

DATA_KEPT = 1024
"""How many bytes of an event's data are kept: with the ring's capacity, this bounds memory."""

NOTE_KEPT = 1024
"""How many characters of a note are kept: it may tell of an exception, which may be of any size."""

_PAIRS_COUNTED = 65536
_ELSEWHERE = "elsewhere"
_CAPACITY = 65536


class Trace:
    """The last ``capacity`` events, and counts of all there were.

    Record on one thread; read on any: readers work on copies made under the GIL.  ``clock``
    returns nanoseconds, here and for who tells when something began.
    """

    def __init__(
        self, capacity: int = _CAPACITY, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        if capacity < 1:
            raise ValueError(f"a trace of capacity {capacity} keeps nothing; want 1 or more")
        self._capacity = capacity
        self._ring = Ring(capacity)
        self.clock = clock
        self._counts: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
        self._clients = Clients()
        self._listeners: dict[object, Listener] = {}
        self._changing_listeners = threading.Lock()
        self._announcing = False

    @property
    def capacity(self) -> int:
        """The number of events that it keeps."""
        return self._capacity

    # Recording.

    def record(
        self,
        kind: Kind,
        where: str,
        offset: int | None = None,
        data: bytes = b"",
        note: str = "",
        began: int | None = None,
    ) -> int:
        """Record an event now, tell the listeners, and return its number.

        What takes time ``began`` at a time of the clock, or GOES_ON until it is `answered`.  Of
        ``data`` longer than DATA_KEPT the first bytes are kept, and the note says so; of a note
        longer than NOTE_KEPT the first characters.
        """
        if len(note) > NOTE_KEPT or len(data) > DATA_KEPT:
            data, note = _bounded(data, note)
        ring = self._ring
        seq = ring.newest + 1
        now = self.clock()
        took = None if began is None else now - began
        record = (seq, now, kind._value_, where, offset, data, note, took)
        ring.slots[seq % self._capacity] = record
        ring.newest = seq
        try:
            self._counts[kind][where] += 1
        except KeyError:
            self._count_new(kind, where)
        if self._listeners and not self._announcing:
            self._announce(event_of(record))
        return seq

    def recorder(self, kind: Kind, where: str) -> Recorder:
        """Return what records events of a kind at a place: called with offset, data and began.

        It does what `record` does, in less time, as it has looked up what these events have in
        common.
        """
        ring, slots, capacity = self._ring, self._ring.slots, self._capacity
        clock, text, counts = self.clock, kind.value, self._counts[kind]

        def record(offset: int, data: bytes, began: int) -> int:
            if len(data) > DATA_KEPT:
                return self.record(kind, where, offset, data, "", began)
            seq = ring.newest + 1
            now = clock()
            kept = (seq, now, text, where, offset, data, "", now - began)
            slots[seq % capacity] = kept
            ring.newest = seq
            try:
                counts[where] += 1
            except KeyError:
                self._count_new(kind, where)
            if self._listeners and not self._announcing:
                self._announce(event_of(kept))
            return seq

        return record

    def answered(self, seq: int) -> None:
        """Note that an event that went on has ended now, if it is kept still."""
        slots, at = self._ring.slots, seq % self._capacity
        record = slots[at]
        if record[0] == seq:
            slots[at] = record[:7] + (self.clock() - record[1],)  # noqa: RUF005 - half the time

    def _count_new(self, kind: Kind, where: str) -> None:
        """Count the first event of a kind at a place; past a bound all new places share one."""
        full = sum(map(len, self._counts.values())) >= _PAIRS_COUNTED
        places, where = self._counts[kind], _ELSEWHERE if full else where
        places[where] = places.get(where, 0) + 1

    def connected(self, where: str, client: str) -> None:
        """Record that a client has the device from now on."""
        self._clients.change(self.record(Kind.CONNECT, where, note=client), "", client)

    def disconnected(self, where: str, client: str) -> None:
        """Record that a client does not have the device any more."""
        self._clients.change(self.record(Kind.DISCONNECT, where, note=client), client, "")

    def clear(self) -> None:
        """Forget the events; numbers and counts go on from where they are."""
        self._ring.clear()

    # Listening.

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(event)`` at every event, on the recording thread; return how to stop it.

        A listener that raises is evicted, which is recorded.  What a listener itself records is
        not announced.
        """
        token = object()
        with self._changing_listeners:
            self._listeners = {**self._listeners, token: listener}
        return lambda: self._unsubscribe(token)

    def _unsubscribe(self, token: object) -> None:
        with self._changing_listeners:
            left = {t: listener for t, listener in self._listeners.items() if t is not token}
            self._listeners = left

    def _announce(self, event: Event) -> None:
        evictions: list[str] = []
        self._announcing = True
        try:
            for token, listener in self._listeners.items():
                try:
                    listener(event)
                except Exception as error:  # noqa: BLE001 - whatever a listener does, the device goes on
                    self._unsubscribe(token)
                    name = getattr(listener, "__qualname__", repr(listener))
                    evictions.append(f"listener {name} evicted: {error!r}")
        finally:
            self._announcing = False
        for note in evictions:
            self.record(Kind.FAULT, "trace", note=note)

    # Reading.

    @property
    def accesses(self) -> int:
        """The number of reads and writes so far, those no longer kept included."""
        return sum(sum(self._counts[kind].copy().values()) for kind in (Kind.READ, Kind.WRITE))

    def count(self, kind: Kind, where: str) -> int:
        """Return how many events of a kind there were at a place so far."""
        return self._counts[kind].get(where, 0)

    @property
    def counts(self) -> Counts:
        """How many events of each kind and place there were so far; two make Rates."""
        now, counts = self.clock(), {kind: self._counts[kind].copy() for kind in Kind}
        pairs = {(kind, at): n for kind, places in counts.items() for at, n in places.items()}
        return Counts(now, pairs)

    def client_of(self, seq: int) -> str:
        """Return who had the device when event number ``seq`` was recorded; "" for nobody."""
        return self._clients.at(seq)

    def window(self, first: int, count: int) -> Events:
        """Return up to ``count`` events from number ``first`` on, or from the first one kept.

        It costs what those events cost, however many are kept.
        """
        return Events(map(event_of, self._ring.from_number(first, count)))

    def records(self, first: int, count: int) -> list[Record]:
        """Return what `window` does, without making events of it: for who looks through many."""
        return self._ring.from_number(first, count)

    def numbered(self, numbers: Iterable[int]) -> list[Record]:
        """Return the records of some numbers, but those that are not kept any more."""
        return self._ring.numbered(numbers)

    @property
    def newest(self) -> int:
        """The number of the last event; 0 where there was none."""
        return self._ring.newest

    @property
    def oldest(self) -> int:
        """The number of the first event kept, or of the next one where none is."""
        first = self._ring.from_number(0, 1)
        return first[0][0] if first else self._ring.newest + 1

    def select(
        self,
        kind: Kind | str | Collection[Kind | str] | None = None,
        where: str | None = None,
        since: int = 0,
    ) -> Events:
        """Return the events kept that are of a kind or one of several, at a place, and later.

        ``where`` is a pattern in which ``*`` stands for anything and ``?`` for one character;
        brackets stand for themselves.  ``since`` is a number: only events after it are returned.
        """
        wanted = Kind if kind is None else [kind] if isinstance(kind, str) else kind
        kinds = {Kind(k) for k in wanted}
        matches = _pattern("*" if where is None else where).fullmatch
        newer = self.window(since + 1, sys.maxsize)
        return Events(event for event in newer if event.kind in kinds and matches(event.where))

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> Events: ...
    def __getitem__(self, at: int | slice) -> Event | Events:
        if not isinstance(at, slice):
            return event_of(self._ring.at(at))
        if at.step not in (None, 1):
            return Events(self[:][at])
        return Events(map(event_of, self._ring.between(at.start, at.stop)))

    def __iter__(self) -> Iterator[Event]:
        return iter(self[:])

    def __len__(self) -> int:
        return len(self._ring)

    def __repr__(self) -> str:
        return Events(self[-MOST_SHOWN:]).told_of(len(self))

    def frozen(self) -> "Trace":
        """Return a trace of the events kept now, for who wants to look at them in peace."""
        frozen = Trace(clock=self.clock)
        frozen._ring, frozen._capacity = self._ring.copy(), self._capacity
        frozen._clients = self._clients
        return frozen

    def view(self, wanted: str = "") -> TraceView:
        """Return those of the events that a filter lets through: `kind:write where:CTRL`.

        See `Filter` for what can be asked for; FilterError says what cannot be understood.
        """
        return TraceView(lambda: {"": self}, wanted)

    # Files.

    def export(self, path: str | Path) -> None:
        """Write the events kept to a file: ``.jsonl``, ``.csv``, or ``.json`` for ui.perfetto.dev.

        Raises ValueError for another suffix.
        """
        self.view().export(path)

    @classmethod
    def load(cls, path: str | Path) -> "Trace":
        """Return a trace with the events of an exported file, which goes on where that ended.

        Its counts are those of the events in the file.  Raises ValueError, naming the line, where
        the file is not such a one.
        """
        events = read_events(Path(path))
        trace = cls(max(_CAPACITY, len(events)))
        trace._ring.fill(events)
        for (kind, place), number in Counter((one.kind, one.where) for one in events).items():
            trace._counts[kind][place] = number
        for event in events:
            if event.kind is Kind.CONNECT:
                trace._clients.change(event.seq, "", event.note)
            elif event.kind is Kind.DISCONNECT:
                trace._clients.change(event.seq, event.note, "")
        return trace


def _bounded(data: bytes, note: str) -> tuple[bytes, str]:
    """Return of both what is kept, with a remark where that is not all of the data."""
    if len(note) > NOTE_KEPT:
        note = f"{note[:NOTE_KEPT]}…"
    if len(data) <= DATA_KEPT:
        return data, note
    data, remark = abridged(data)
    return data, f"{note}; {remark}" if note else remark


def abridged(data: bytes | memoryview) -> tuple[bytes, str]:
    """Return of data longer than DATA_KEPT what is kept, and the note that says so."""
    return bytes(data[:DATA_KEPT]), f"first {DATA_KEPT} of {len(data)} bytes"


def _pattern(where: str) -> re.Pattern[str]:
    return re.compile(re.escape(where).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
