"""What a filter looks at: an event, and what is known of it beside."""

from collections.abc import Callable
from dataclasses import dataclass

from muserlab.trace.event import Event


@dataclass(frozen=True, slots=True)
class Subject:
    """The trace that events are of: its device, its clients by event number, its first time."""

    device: str = ""
    client_of: Callable[[int], str] = lambda _: ""
    origin_ns: int = 0

    def seconds(self, event: Event) -> float:
        """Return an event's time from the trace's origin."""
        return (event.time_ns - self.origin_ns) / 1e9


def number_of(event: Event) -> int | None:
    """Return what an event's data is as a number, if there is any and it has up to 8 bytes."""
    return int.from_bytes(event.data, "little") if 0 < len(event.data) <= 8 else None
