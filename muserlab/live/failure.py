"""What a version of a hook raised, and how often."""

import traceback
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING

from muserlab.live.errors import Blameless, WrongAnswer

if TYPE_CHECKING:
    from muserlab.live.version import Version


@dataclass(slots=True, eq=False)
class Failure:
    """One way in which one version fails: an exception type raised at one line.

    The same failure happening again adds to `count` and is not reported again. `exception` is the
    first one, its traceback beginning in the hook's own code. `restored` is the version that
    answered instead and is current again, None where there was none.
    """

    hook: str
    version: "Version"
    exception: BaseException
    count: int = 1
    restored: "Version | None" = None

    def __str__(self) -> str:
        """Say in one line which version raised what, and who answered instead."""
        times = f" ({self.count} times)" if self.count > 1 else ""
        told = f"{self.hook} v{self.version.number} ({self.version.place}) raised "
        told += f"{type(self.exception).__name__}: {self.exception}{times}"
        if isinstance(self.exception, Blameless):
            told += "; the hook is not to blame and stays"
        if self.restored is not None:
            told += f"; v{self.restored.number} answered and is current again"
        return told


@dataclass(slots=True, eq=False)
class Tally:
    """The failures of one version, by exception type and line."""

    failures: dict[tuple[type[BaseException], str, int], Failure] = field(
        default_factory=dict[tuple[type[BaseException], str, int], Failure]
    )

    @property
    def count(self) -> int:
        """How often the version has failed."""
        return sum(failure.count for failure in self.failures.values())

    def add(self, hook: str, version: "Version", error: BaseException) -> Failure:
        """Count error, and return the failure that it is."""
        line = _line(error)
        known = self.failures.get((type(error), *line))
        if known is not None:
            known.count += 1
            return known
        failure = Failure(hook, version, error.with_traceback(_own_frames(error)))
        self.failures[type(error), *line] = failure
        return failure

    def take(self, other: "Tally", version: "Version") -> None:
        """Count what another version's tally counts as failures of version."""
        for key, failure in other.failures.items():
            self.failures[key] = replace(failure, version=version)


def _own_frames(error: BaseException) -> TracebackType | None:
    """Return the part of error's traceback that people wrote.

    The first frame is the hook calling. An answer is found wrong after their code has returned.
    """
    if isinstance(error, WrongAnswer) or error.__traceback__ is None:
        return None
    return error.__traceback__.tb_next


def _line(error: BaseException) -> tuple[str, int]:
    """Return file name and line where error was raised."""
    innermost = ("", 0)
    for frame, line in traceback.walk_tb(error.__traceback__):
        innermost = (frame.f_code.co_filename, line)
    return innermost
