"""What happened, live: a table of any number of events, a timeline, figures, export."""

from .view import TraceWidget

__all__ = ["TraceWidget"]
