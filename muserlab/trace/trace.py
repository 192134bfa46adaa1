"""The trace: a bounded ring of events, counted, searched and listened to."""

import re
import threading
import time
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import overload

from muserlab.trace.counts import Counts
from muserlab.trace.event import Event, Kind
from muserlab.trace.events import Events
from muserlab.trace.files import read_events, write_events

# Event(...) without its handling of arguments, which would be a quarter of the cost of recording.
_EventFields = tuple[int, int, Kind, str, int | None, bytes, str]
_new_event: Callable[[type[Event], _EventFields], Event]
_new_event = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

Listener = Callable[[Event], object]

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
    returns nanoseconds.
    """

    def __init__(
        self, capacity: int = _CAPACITY, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        if capacity < 1:
            raise ValueError(f"a trace of capacity {capacity} keeps nothing; want 1 or more")
        self._events: deque[Event] = deque(maxlen=capacity)
        self._clock = clock
        self._seq = 0
        self._pairs: dict[tuple[Kind, str], int] = {}
        self._listeners: dict[object, Listener] = {}
        self._changing_listeners = threading.Lock()
        self._announcing = False

    @property
    def capacity(self) -> int:
        """The number of events that it keeps."""
        return self._events.maxlen or 0

    # Recording.

    def record(
        self, kind: Kind, where: str, offset: int | None = None, data: bytes = b"", note: str = ""
    ) -> int:
        """Record an event now, tell the listeners, and return its number.

        Of ``data`` longer than DATA_KEPT the first bytes are kept, and the note says so; of a note
        longer than NOTE_KEPT the first characters.
        """
        if note and len(note) > NOTE_KEPT:
            note = f"{note[:NOTE_KEPT]}…"
        if len(data) > DATA_KEPT:
            data, note = _shortened(data, note)
        self._seq = seq = self._seq + 1
        event = _new_event(Event, (seq, self._clock(), kind, where, offset, data, note))
        self._events.append(event)
        try:
            self._pairs[kind, where] += 1
        except KeyError:
            self._count_new_pair(kind, where)
        if self._listeners and not self._announcing:
            self._announce(event)
        return seq

    def _count_new_pair(self, kind: Kind, where: str) -> None:
        """Count the first event of a kind at a place; past a bound all new places share one."""
        pair = kind, where if len(self._pairs) < _PAIRS_COUNTED else _ELSEWHERE
        self._pairs[pair] = self._pairs.get(pair, 0) + 1

    def clear(self) -> None:
        """Forget the events; numbers and counts go on from where they are."""
        self._events.clear()

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
        return self.counts.accesses

    @property
    def counts(self) -> Counts:
        """How many events of each kind and place there were so far; two make Rates."""
        return Counts(self._clock(), self._pairs.copy())

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
        events = self._copy()
        newer = events[bisect_right(events, since, key=lambda event: event.seq) :]
        return Events(event for event in newer if event.kind in kinds and matches(event.where))

    def _copy(self) -> list[Event]:
        """Return the events as they are now: one C call, so that no recording can come between."""
        return list(self._events)

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> Events: ...
    def __getitem__(self, at: int | slice) -> Event | Events:
        return Events(self._copy()[at]) if isinstance(at, slice) else self._events[at]

    def __iter__(self) -> Iterator[Event]:
        return iter(self._copy())

    def __len__(self) -> int:
        return len(self._events)

    def __repr__(self) -> str:
        return repr(Events(self._copy()))

    # Files.

    def export(self, path: str | Path) -> None:
        """Write the events kept to a file: JSON Lines for ``.jsonl``, CSV for ``.csv``.

        Raises ValueError for another suffix.
        """
        write_events(Path(path), self._copy())

    @classmethod
    def load(cls, path: str | Path) -> "Trace":
        """Return a trace with the events of an exported file, which goes on where that ended.

        Its counts are those of the events in the file.  Raises ValueError, naming the line, where
        the file is not such a one.
        """
        events = read_events(Path(path))
        trace = cls(max(_CAPACITY, len(events)))
        trace._events.extend(events)
        trace._pairs.update(Counter((event.kind, event.where) for event in events))
        trace._seq = events[-1].seq if events else 0
        return trace


def _shortened(data: bytes, note: str) -> tuple[bytes, str]:
    remark = f"first {DATA_KEPT} of {len(data)} bytes"
    return bytes(data[:DATA_KEPT]), f"{note}; {remark}" if note else remark


def _pattern(where: str) -> re.Pattern[str]:
    return re.compile(re.escape(where).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
