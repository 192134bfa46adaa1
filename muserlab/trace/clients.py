"""Who had the device when: known from its connections, also of events long ago."""

from bisect import bisect_right
from operator import itemgetter

_KEPT = 1024


class Clients:
    """At which event numbers the client changed, and from whom to whom; "" is nobody."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, str, str]] = []

    def change(self, seq: int, before: str, after: str) -> None:
        """Know that from an event on, a later one than those before, it is somebody else."""
        self._changes = [*self._changes[-_KEPT + 1 :], (seq, before, after)]

    def at(self, seq: int) -> str:
        """Return who had the device at an event's time."""
        changes = self._changes
        passed = bisect_right(changes, seq, key=itemgetter(0))
        if passed:
            return changes[passed - 1][2]
        return changes[0][1] if changes else ""
