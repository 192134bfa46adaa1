"""Where people want to go in a trace: a number, a time since it began, or a time of day."""

import re
import time

from muserlab.trace import Index

_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_SINCE = re.compile(r"(-?)(\d+(?:\.\d*)?|\.\d+)\s*(s|ms|us|µs|ns)?", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?")


class JumpError(ValueError):
    """A place that nobody can go to."""


def row_at(text: str, index: Index, origin_ns: int, epoch_ns: int) -> int:
    """Return the number of the row that is meant, the nearest one there is.

    `#17` and `17` are an event's number; `1.5` and `20ms` a time since the origin, `-2s` one before
    the end; `14:03:20` a time of day, where the traces' clock began at `epoch_ns` since the epoch.
    Raises JumpError for anything else.
    """
    wanted = text.strip()
    rows = index.rows
    if not len(rows):
        raise JumpError("there is no event to go to")
    if wanted.removeprefix("#").isdigit():
        number = index.number_of(int(wanted.removeprefix("#")))
    elif found := _SINCE.fullmatch(wanted):
        seconds = float(found[2]) * _SECONDS[(found[3] or "").lower()]
        start = rows.time_ns(rows.end - 1) if found[1] else origin_ns
        number = rows.at_time(start + round((-seconds if found[1] else seconds) * 1e9))
    elif found := _TIME_OF_DAY.fullmatch(wanted):
        number = rows.at_time(_of_day(found) - epoch_ns)
    else:
        raise JumpError(f"“{wanted}” is no place: say 17, 1.5s, 20ms, -2s or 14:03:20")
    return min(max(number, rows.first), rows.end - 1)


def _of_day(found: re.Match[str]) -> int:
    """Return a time of this day in nanoseconds since the epoch."""
    today = time.localtime()
    midnight = time.mktime((*today[:3], 0, 0, 0, 0, 0, -1))
    hours, minutes, seconds = found.groups("0")
    return round((midnight + int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1e9)
