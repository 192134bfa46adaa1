"""What a view of a trace wants to see; from a page, so that anything may be in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

MOST_ROWS = 500
MOST_BINS = 2000


@dataclass(frozen=True, slots=True)
class Axis:
    """From when to when a timeline is, and how many parts of it are told apart.

    Without an end it ends with the last event, and without a beginning it is of a width, or
    begins with the first event. Times are in nanoseconds from the origin.
    """

    since: int | None
    until: int | None
    width: int | None
    bins: int


@dataclass(frozen=True, slots=True)
class Wants:
    """A window of the table, the timeline's axis, and what else is open.

    `first` is None where the last rows are followed, `axis` where no timeline is to be seen.
    """

    first: int | None
    count: int
    axis: Axis | None
    span: tuple[int, int] | None
    active: int | None
    figures: bool
    jump: tuple[int, str] | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Wants":
        """Understand a page."""
        axis = _list(said.get("axis"), 4)
        span = _list(said.get("span"), 2)
        jump = _list(said.get("jump"), 2)
        return cls(
            _int(said.get("first")),
            min(max(_int(said.get("count")) or 0, 0), MOST_ROWS),
            _axis(*axis) if axis else None,
            (_int(span[0]) or 0, _int(span[1]) or 0) if span else None,
            _int(said.get("active")),
            bool(said.get("figures")),
            (_int(jump[0]) or 0, str(jump[1])) if jump else None,
        )


def _axis(since: object, until: object, width: object, bins: object) -> Axis:
    return Axis(_int(since), _int(until), _int(width), min(max(_int(bins) or 1, 1), MOST_BINS))


def _int(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) and abs(value) < 2**62 else None


def _list(value: object, length: int) -> list[object]:
    """Return a list of so many things, or none at all."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return found if len(found) == length else []
