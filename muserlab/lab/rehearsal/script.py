"""What of a trace is played again, when, and from where on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from muserlab.device import ResetKind
from muserlab.trace import Event, Kind

ACCESSES = frozenset({Kind.READ, Kind.WRITE})
_BOUNDARIES = frozenset({Kind.RESET, Kind.CONNECT, Kind.DISCONNECT, Kind.DMA_MAP, Kind.DMA_UNMAP})
_IN_REGIONS = ACCESSES | {Kind.CHANGE}
_MEANT_WHOLE = frozenset({Kind.WRITE, Kind.CHANGE, Kind.DMA_READ})
_PLAYED = ACCESSES | _BOUNDARIES | {Kind.CHANGE}

# Among what is due at the same time: memory that an access finds, the access, memory found later.
_BEFORE, _NOW, _AFTER = range(3)


class Cue(NamedTuple):
    """An event to play, `at` seconds after the start."""

    at: float
    event: Event


@dataclass(frozen=True, slots=True)
class Script:
    """What to play, in order. A DMA_READ in it stands for the memory that was read then."""

    cues: tuple[Cue, ...]
    end: float
    """Seconds after the start at which the trace ends."""
    start: str
    """What the copies begin from, in words."""
    reset_first: bool
    """Whether they are reset before the first event."""
    skipped: int
    """How many accesses come before the start."""
    unplayable: int
    """How many accesses cannot be made: refused ones, and those of regions that there are not."""
    partial: int
    """How many accesses and transfers were recorded in part."""


def script(events: Sequence[Event], regions: Collection[str]) -> Script:
    """Return the script of recorded events for a device that has these regions.

    A device that is copied is as it is now, and not as it was then. So what was recorded is played
    from where a reset made both the same: from the first event of all, if it is there, or from the
    first reset. Only where there is none, it is played upon the device as it is now.
    """
    complete = bool(events) and events[0].seq == 1
    reset = None if complete else _first_reset(events)
    if complete:
        start = "a reset, before the first event of all"
    elif reset is not None:
        start = f"the reset that is event {events[reset].seq}"
    else:
        start = "the device as it is now"
    played = events[reset or 0 :]
    skipped = sum(event.kind in ACCESSES for event in events[: reset or 0])
    origin = played[0].time_ns if played else 0
    end = (played[-1].time_ns - origin) / 1e9 if played else 0.0
    playable = [event for event in played if _is_playable(event, regions)]
    return Script(
        tuple(_cues(playable, origin)),
        end,
        start,
        complete,
        skipped,
        unplayable=len(played) - len(playable),
        partial=sum(
            event.kind in _MEANT_WHOLE and event.size > len(event.data) for event in playable
        ),
    )


def _is_playable(event: Event, regions: Collection[str]) -> bool:
    if event.kind not in _IN_REGIONS:
        return True
    return bool(event.data) and event.where.partition(".")[0] in regions


def _first_reset(events: Sequence[Event]) -> int | None:
    lost = ResetKind.LOST_CONNECTION.value
    resets = (i for i, one in enumerate(events) if one.kind is Kind.RESET and one.note != lost)
    return next(resets, None)


def _cues(events: Sequence[Event], origin: int) -> Iterator[Cue]:
    due: list[tuple[int, int, int]] = []
    last, moment = origin, _BEFORE
    seen: dict[int | None, int] = {}
    for i, event in enumerate(events):
        if event.kind in _PLAYED:
            due.append((event.time_ns, _NOW, i))
            # A read is recorded when it is answered: what is read from memory later, is not its.
            last, moment = event.time_ns, _AFTER if event.kind is Kind.READ else _BEFORE
            seen.clear()
        elif event.kind is Kind.DMA_READ:
            # The memory held that when the access came, or else when it had been read before.
            before = seen.get(event.offset)
            due.append((last, moment, i) if before is None else (before, _AFTER, i))
            seen[event.offset] = event.time_ns
    return (Cue((time - origin) / 1e9, events[i]) for time, _, i in sorted(due))
