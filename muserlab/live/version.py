"""One definition of a hook."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from muserlab.live.failure import Failure, Tally


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One definition that was put at a hook, never changed afterwards.

    number   counts from 1 within the hook
    source   the function's text, empty where Python does not know it
    place    where it was written: "cell In[7]" or "adder.py:12"
    seq      number of the first access that it could answer
    former   the version that was current before it, and answers for it if it raises
    tally    what it raised, and excused what it raised through no fault of its own
    """

    number: int
    function: Callable[..., Any]
    source: str
    place: str
    seq: int
    former: Self | None = None
    tally: Tally = field(default_factory=Tally, repr=False)
    excused: Tally = field(default_factory=Tally, repr=False)

    @property
    def failures(self) -> int:
        """How often this version has raised."""
        return self.tally.count

    @property
    def failed_with(self) -> tuple[Failure, ...]:
        """The different ways in which this version has raised."""
        return tuple(self.tally.failures.values())

    @property
    def spare(self) -> Self | None:
        """The version to answer if this one raises: its former, if that never failed."""
        former = self.former
        return former if former is not None and not former.tally.failures else None

    def __str__(self) -> str:
        """Name the version and its place."""
        return f"v{self.number} ({self.place})"

    def __repr__(self) -> str:
        """Show the version in one line."""
        failed = f", failed {self.failures}×" if self.failures else ""
        return f"<v{self.number} {self.place}, from access {self.seq}{failed}>"
