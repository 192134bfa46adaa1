"""Several events: a tuple that shows itself as a table."""

from collections.abc import Sequence

from muserlab.trace.event import Event

HEADINGS = ("seq", "time", "kind", "where", "offset", "data", "took", "note")
"""What the cells of an event are."""

MOST_SHOWN = 20
"""How many events a table shows."""


class Events(tuple[Event, ...]):
    """Events in the order of their numbers; its repr is a table of the last ones.

    Times are shown in seconds from the first event shown, data of up to 8 bytes as a number.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return self.told_of(len(self))

    def told_of(self, total: int) -> str:
        """Return a table of the last of these events, which are themselves the last of so many."""
        shown = self[-MOST_SHOWN:]
        return table([event.cells(shown[0].time_ns) for event in shown], total)


def table(rows: Sequence[Sequence[str]], total: int, before: tuple[str, ...] = ()) -> str:
    """Return the cells of the last of so many events as aligned text, with a heading.

    ``before`` are headings of cells before those of an event.
    """
    if not rows:
        return "(no events)"
    rows = [(*before, *HEADINGS), *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    shown = len(rows) - 1
    return "\n".join(lines if shown == total else [f"the last {shown} of {total} events", *lines])
