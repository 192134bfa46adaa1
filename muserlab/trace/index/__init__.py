"""The events that a filter lets through, found bit by bit, and what there is to say of many."""

from muserlab.trace.index.index import Found, Index
from muserlab.trace.index.overview import Overview
from muserlab.trace.index.summary import Summary, summary_of
from muserlab.trace.index.timeline import Lane, Mark, Timeline, lanes_of, timeline, tone_of

__all__ = [
    "Found",
    "Index",
    "Lane",
    "Mark",
    "Overview",
    "Summary",
    "Timeline",
    "lanes_of",
    "summary_of",
    "timeline",
    "tone_of",
]
