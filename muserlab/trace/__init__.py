"""What happened: events, a bounded ring of them, statistics, export.

Recording costs well under a microsecond and is done on one thread; everything else reads copies,
on any thread.
"""

from muserlab.trace.counts import Counts, Rates
from muserlab.trace.event import Event, Kind
from muserlab.trace.events import Events
from muserlab.trace.trace import DATA_KEPT, NOTE_KEPT, Listener, Trace

__all__ = [
    "DATA_KEPT",
    "NOTE_KEPT",
    "Counts",
    "Event",
    "Events",
    "Kind",
    "Listener",
    "Rates",
    "Trace",
]
