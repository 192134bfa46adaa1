"""Several events: a tuple that shows itself as a table."""

from muserlab.trace.event import Event

_HEADINGS = ("seq", "time", "kind", "where", "offset", "data", "note")
_MOST_SHOWN = 20


class Events(tuple[Event, ...]):
    """Events in the order of their numbers; its repr is a table of the last ones.

    Times are shown in seconds from the first event shown, data of up to 8 bytes as a number.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        shown = self[-_MOST_SHOWN:]
        if not shown:
            return "(no events)"
        origin = shown[0].time_ns
        rows = [_HEADINGS, *(event.cells(origin) for event in shown)]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        if len(shown) < len(self):
            lines.insert(0, f"the last {len(shown)} of {len(self)} events")
        return "\n".join(lines)
