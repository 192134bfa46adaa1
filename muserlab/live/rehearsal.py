"""What a version would have done: the outcome of trying it on recorded accesses."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from muserlab.live.failure import Failure
from muserlab.trace import Event, Trace

What = Literal["reply", "register", "interrupt", "DMA", "fault"]

_HEADINGS = ("seq", "access", "what", "where", "before", "after")
_MOST_SHOWN = 20
_WIDEST = 60

PATIENCE = 5.0
"""Seconds without an event played, after which a rehearsal is given up."""

Recorded = Trace | Iterable[Event] | str | PathLike[str]
"""Events to play: a trace, a selection of one, or the path of an exported one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out differently: before with the present versions, after with the new.

    `seq` is the number of the recorded event at which it shows, and `access` says what that was. It
    may come of something earlier, or of timed work that ran before the next event.
    A reply is its bytes, or the text of a refusal; a register is its value; interrupts, transfers
    to the client's memory and faults are tuples of what there was, in order.
    """

    seq: int
    access: str
    what: What
    where: str
    before: object
    after: object

    @property
    def cells(self) -> tuple[str, ...]:
        """The text of each column, as every table of them shows it."""
        shown = _shown(self.before), _shown(self.after)
        return str(self.seq), self.access, self.what, self.where, *shown


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The outcome of a version that was tried on copies of a device; nothing of it is live.

    hook         the hook's name
    start        what the copies began from
    replayed     how many recorded accesses were made again
    answered     how many of them, and of other calls, the new version answered
    differences  in the order of the recorded events
    failures     the ways in which the new version failed
    strayed      reads that the present versions answered otherwise than was recorded
    remarks      what else to know when judging by the outcome
    """

    hook: str
    start: str
    replayed: int
    answered: int
    differences: tuple[Difference, ...]
    failures: tuple[Failure, ...] = ()
    strayed: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing came out differently."""
        return not self.differences

    @property
    def caption(self) -> str:
        """The outcome in a line."""
        differences = _count(len(self.differences), "difference", "differences")
        replayed = _count(self.replayed, "access", "accesses")
        answered = _count(self.answered, "call", "calls")
        return (
            f"{self.hook}: {differences} in {replayed}, from {self.start}; the new version answered"
            f" {answered}"
        )

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The table: a heading, and the cells of the first differences."""
        shown = self.differences[:_MOST_SHOWN]
        return [_HEADINGS, *(difference.cells for difference in shown)] if shown else []

    @property
    def notes(self) -> list[str]:
        """What to say below the table: what is left out, failures with their lines, remarks."""
        left = len(self.differences) - _MOST_SHOWN
        return [
            *([f"… and {left} more differences"] if left > 0 else []),
            *(_told(failure) for failure in self.failures),
            *([_strayed(self.strayed)] if self.strayed else []),
            *self.remarks,
        ]

    def __repr__(self) -> str:
        lines = self.lines
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
        return "\n".join([self.caption, *rows, *self.notes])


def recorded(events: Recorded) -> tuple[Event, ...]:
    """Return the events that a person means; raises ValueError where a file has none."""
    return tuple(Trace.load(Path(events)) if isinstance(events, str | PathLike) else events)


def _strayed(count: int) -> str:
    reads = _count(count, "read was", "reads were")
    return (
        f"{reads} answered otherwise than recorded by the present versions, too: time, chance, and"
        " what people poked is not in a trace"
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number == 1 else many}"


def _told(failure: Failure) -> str:
    lines = "".join(traceback.format_exception(failure.exception)).rstrip()
    return f"{lines}\n{failure}"


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        if len(value) <= 8:
            return f"0x{value[::-1].hex()}"
        return f"{value[:8].hex(' ')} … {len(value)} bytes"
    if isinstance(value, tuple):
        told = ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    elif isinstance(value, int):
        told = repr(value).partition("=")[2] or repr(value)  # a register's name is in the row
    else:
        told = str(value)
    return told if len(told) <= _WIDEST else f"{told[:_WIDEST]}…"
