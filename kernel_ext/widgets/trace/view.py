"""The view of a trace: what happened as a table of any number of events, and as a timeline."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import traitlets

import muserlab as ml
from muserlab.trace import HEADINGS, Filter, FilterError, Index, Overview, lasting

from ..live import Picture, Shown, static, whole
from ..still import html_table, plain_table
from .export import Export, proposed
from .figures import figures_of, rate_now
from .jump import JumpError, row_at
from .lanes import timeline_of
from .sources import Sources
from .table import closer_look, rows_of
from .wants import Axis, Wants

SECONDS_A_LOOK = 0.015  # for finding what passes the filter, while somebody may be recording
ROWS_A_LOOK = 16384  # that are summed up for the first time, which takes about as long
REST_SECONDS = 0.06  # between two such pieces of work
LAST = 20  # events in a still picture
SECONDS_STILL = 0.3  # for finding them


class TraceWidget(Shown):
    """Events of one or several traces, live.

    All views of it have the same filter, and are paused together; each has its own window of the
    table and span of the timeline.
    """

    _esm = static(
        "watching.js",
        "times.js",
        "tracescroll.js",
        "tracetable.js",
        "timeaxis.js",
        "timelinepaint.js",
        "timeline.js",
        "tracefigures.js",
        "tracedetail.js",
        "trace.js",
    )
    _css = static("common.css", "trace.css", "timeline.css")
    filter = traitlets.Unicode().tag(sync=True)
    wrong = traitlets.List[Any]().tag(sync=True)
    """What is wrong with what was typed as a filter: reason, and from which character to which."""
    several = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the device has a column."""
    told = traitlets.Unicode().tag(sync=True)
    """What became of an export."""
    proposal = traitlets.Unicode().tag(sync=True)
    """A name for a file."""

    def __init__(self, view: ml.TraceView, title: str = "") -> None:
        self._sources = Sources(view, title)
        self._wanted = view.filter
        self._generation = 0
        self._export: Export | None = None
        self._hold: _Hold | None = None
        self._rest_until = 0.0
        self._drawn: dict[Axis, Picture] = {}
        self._epoch = time.time_ns() - time.monotonic_ns()
        self._begin(None)
        super().__init__(
            self._sources, filter=view.filter.text, proposal=proposed(self._sources.title)
        )

    def _begin(self, before: Index | None) -> None:
        """Look at other traces, or through another filter, from now on."""
        traces = self._sources.traces
        begins = [first[0].time_ns for trace in traces.values() if (first := trace[:1])]
        self._origin = min(begins, default=time.monotonic_ns())
        self._index = Index(traces, self._wanted, self._origin)
        self._overview = Overview(self._index)
        self._generation += 1
        self._rest_until = 0.0
        if before is not None and before.frozen:
            self._index.freeze_as(before)

    # -- what is looked at -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Find what is new, and some more of what is older; write some more of a file."""
        sources = self._sources
        self.several = len(sources.traces) > 1 or "" not in sources.traces
        self._hold_or_go_on()
        if self._index.wanted is not self._wanted or not _same(self._index.traces, sources.traces):
            self._begin(self._index)
        if sources.live and time.perf_counter() < self._rest_until:
            return  # somebody scrolls, and wants rows, not all that there is
        until = time.perf_counter() + SECONDS_A_LOOK
        while self._index.advance() and (not sources.live or time.perf_counter() < until):
            pass
        self._overview.begin(ROWS_A_LOOK if sources.live else 1 << 62)
        self._drawn.clear()
        self._go_on_writing()
        self._rest_until = time.perf_counter() + REST_SECONDS

    def picture(self, said: Mapping[str, Any], /) -> Picture:
        """Return the window, the timeline and the figures that a view wants."""
        wants = Wants.of(said)
        index, rows = self._index, self._index.rows
        waiting = index.waiting if index.frozen else None
        shows: Picture = {
            "scope": [self._numbering, rows.first, rows.end, index.left, waiting],
            "rows": self._window(wants),
            "title": self._sources.title,
        }
        if wants.axis is not None:
            shows |= self._timeline(wants.axis)
        if wants.active is not None:
            shows["active"] = closer_look(
                index, wants.active, self._origin, self._epoch, self._sources.devices
            )
        first, end = rows.first, rows.end
        if wants.span is not None:
            first, end = (
                rows.at_time(self._origin + at) for at in (wants.span[0], wants.span[1] + 1)
            )
            shows["selected"] = end - first
        if wants.figures:
            now = time.monotonic_ns() if self._sources.live else 1 << 62
            shows["figures"] = {
                **figures_of(self._overview, first, end),
                "now": rate_now(index, now),
            }
        if wants.jump is not None and not index.incomplete:
            shows["jump"] = [wants.jump[0], *self._jump(wants.jump[1])]
        return {**shows, "short": self._overview.short}

    @property
    def _numbering(self) -> str:
        """What rows' numbers belong to."""
        return f"{self._generation}.{self._index.restarts}"

    def _timeline(self, axis: Axis) -> Picture:
        """Return what lies on an axis, as of the last look that was more than a glance."""
        if axis not in self._drawn:
            self._drawn[axis] = timeline_of(self._index, self._overview, axis, self._origin)
        return self._drawn[axis]

    def _window(self, wants: Wants) -> Any:
        rows = self._index.rows
        first = rows.end - wants.count if wants.first is None else wants.first
        found = self._index.found(first - 1, first + wants.count)  # one more, for the first's gap
        return rows_of(found, self._origin, self._sources.devices)

    def _jump(self, text: str) -> list[Any]:
        try:
            number = row_at(text, self._index, self._origin, self._epoch)
        except JumpError as error:
            return [None, str(error)]
        return [number, ""]

    # -- what a person does ------------------------------------------------------------------------

    def handle(self, content: dict[str, Any]) -> None:
        """Filter, pause, or write to a file."""
        match content:
            case {"filter": str(text)}:
                self._change_filter(text)
            case {"pause": [str(numbering), int(end)]}:
                self._hold = _Hold(numbering, whole(end))
            case {"pause": None}:
                self._hold = None
            case {"export": [str(name), span]} if self._export is None:
                self.told = ""
                ends = Wants.of({"span": span}).span
                times = None if ends is None else (self._origin + ends[0], self._origin + ends[1])
                self._rest_until = 0.0
                self._export = Export(Path(name.strip()).expanduser(), times)
            case _:
                pass

    def _change_filter(self, text: str) -> None:
        try:
            self._wanted = Filter(text)
        except FilterError as error:
            self.wrong = [str(error), error.start, error.end]
        else:
            self.filter, self.wrong = text, []

    def _hold_or_go_on(self) -> None:
        hold, index = self._hold, self._index
        if (hold is not None) is index.frozen:
            return
        if hold is None:
            index.thaw()
        else:
            index.freeze(hold.end if hold.numbering == self._numbering else None)
        self._rest_until = 0.0

    def _go_on_writing(self) -> None:
        export = self._export
        if export is None:
            return
        until = time.perf_counter() + SECONDS_A_LOOK
        try:
            while export.go_on(self._index):
                if self._sources.live and time.perf_counter() > until:
                    self.told = str(export)
                    return
            self.told = str(export)
        except OSError as error:
            self.told = f"{error}: {export}"
        self._export = None
        self.proposal = proposed(self._sources.title)

    @property
    def watched(self) -> bool:
        """Whether any view of it is in sight, or a file is being written."""
        return super().watched or self._export is not None

    # -- where no widget can run -------------------------------------------------------------------

    def still(self) -> tuple[str, str]:
        """Return the last events."""
        rows = self._index.rows
        until = time.perf_counter() + SECONDS_STILL
        while len(rows) < LAST and self._index.advance() and time.perf_counter() < until:
            pass
        found = self._index.found(rows.end - LAST, rows.end)
        named = "" not in self._sources.traces
        lines = [[*(["device"] if named else []), *HEADINGS]]
        for cells in rows_of(found, self._origin, self._sources.devices):
            _, _, time_ns, device, seq, kind, where, offset, data, means, note, took = cells
            said = [str(seq), f"{time_ns / 1e9:.6f}", kind, where, offset, data, lasting(took)]
            lines.append([*([device] if named else []), *said, means or note])
        total = sum(len(trace) for trace in self._sources.traces.values())
        wanted = f" that pass “{self.filter}”" if self.filter else ""
        caption = f"{self._sources.title}: the last of {total:,} events{wanted}"
        return plain_table(caption, lines), html_table(caption, lines)


class _Hold(NamedTuple):
    """What a page showed when it was paused: the rows up to a number, and what that belongs to."""

    numbering: str
    end: int


def _same(some: Mapping[str, ml.Trace], others: Mapping[str, ml.Trace]) -> bool:
    return some.keys() == others.keys() and all(some[name] is others[name] for name in some)
