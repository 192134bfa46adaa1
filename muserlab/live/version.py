"""One definition of a hook."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from muserlab.live.failure import Failure, Tally


class Trial:
    """How many accesses a version has still to answer before it is trusted.

    Until then each of its calls is a transaction, and the version before it stands by.
    """

    __slots__ = ("left", "length")

    def __init__(self, length: int) -> None:
        self.length = length
        self.left = length

    @property
    def answered(self) -> int:
        """How many it has answered."""
        return self.length - self.left

    def copy(self) -> "Trial":
        """Return one that has come as far, and goes on by itself."""
        copy = Trial(self.length)
        copy.left = self.left
        return copy

    def begin_again(self) -> None:
        """Trust it no more."""
        self.left = self.length


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One definition that was put at a hook, never changed afterwards.

    number   counts from 1 within the hook
    source   the function's text, empty where Python does not know it
    place    where it was written: "cell In[7]" or "adder.py:12"
    seq      number of the first access that it could answer
    former   the version that was current before it, and answers for it while it is on probation
    trial    how far it has come with its probation
    tally    what it raised, and excused what it raised through no fault of its own
    """

    number: int
    function: Callable[..., Any]
    source: str
    place: str
    seq: int
    former: Self | None = None
    trial: Trial = field(default_factory=lambda: Trial(0), repr=False)
    tally: Tally = field(default_factory=Tally, repr=False)
    excused: Tally = field(default_factory=Tally, repr=False)

    @property
    def on_probation(self) -> bool:
        """Whether it has still to show that it works."""
        return self.trial.left > 0

    @property
    def failures(self) -> int:
        """How often this version has raised."""
        return self.tally.count

    @property
    def failed_with(self) -> tuple[Failure, ...]:
        """The different ways in which this version has raised."""
        return tuple(self.tally.failures.values())

    @property
    def state(self) -> str:
        """How it stands: "trusted", "on probation, 12 of 100 answered", "failed 3 times"."""
        if self.failures:
            times = "once" if self.failures == 1 else f"{self.failures} times"
            return f"failed {times}"
        if self.on_probation:
            return f"on probation, {self.trial.answered} of {self.trial.length} answered"
        return "trusted"

    def __str__(self) -> str:
        """Name the version and its place."""
        return f"v{self.number} ({self.place})"

    def __repr__(self) -> str:
        """Show the version in one line."""
        failed = f", failed {self.failures}×" if self.failures else ""
        return f"<v{self.number} {self.place}, from access {self.seq}{failed}>"
