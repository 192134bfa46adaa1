"""What happened: events, a bounded ring of them, statistics, filters, files.

Recording costs a fraction of a microsecond and is done on one thread; everything else reads copies,
on any thread.
"""

from muserlab.trace.counts import Counts, Rates
from muserlab.trace.entry import Entry
from muserlab.trace.event import Event, Kind, lasting
from muserlab.trace.events import HEADINGS, Events
from muserlab.trace.filter import Filter, FilterError
from muserlab.trace.index import (
    Found,
    Index,
    Lane,
    Mark,
    Overview,
    Summary,
    Timeline,
    lanes_of,
    timeline,
    tone_of,
)
from muserlab.trace.ring import GOES_ON, event_of
from muserlab.trace.trace import DATA_KEPT, NOTE_KEPT, Listener, Recorder, Trace, abridged
from muserlab.trace.view import TraceView
from muserlab.trace.writers import Writer, writer

__all__ = [
    "DATA_KEPT",
    "GOES_ON",
    "HEADINGS",
    "NOTE_KEPT",
    "Counts",
    "Entry",
    "Event",
    "Events",
    "Filter",
    "FilterError",
    "Found",
    "Index",
    "Kind",
    "Lane",
    "Listener",
    "Mark",
    "Overview",
    "Rates",
    "Recorder",
    "Summary",
    "Timeline",
    "Trace",
    "TraceView",
    "Writer",
    "abridged",
    "event_of",
    "lanes_of",
    "lasting",
    "timeline",
    "tone_of",
    "writer",
]
