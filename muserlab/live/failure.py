"""What a version of a hook raised, and how often."""

import traceback
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from muserlab.live.errors import Blameless, WrongAnswer

if TYPE_CHECKING:
    from muserlab.live.version import Version


_OURS = str(Path(__file__).parents[1])

INPUTS_KEPT = 16
"""How many of the calls that failed in one way are kept, the last ones."""


@dataclass(frozen=True, slots=True)
class Input:
    """A call of a hook that failed: what it was given, and by which access of whom.

    `access` is what the hook's owner says of it (of a device's hook: a device.Access, which can be
    made again), None where no access was the reason. `seq` is the number of accesses by then.
    """

    params: tuple[str, ...]
    args: tuple[Any, ...]
    access: Any
    client: str | None
    seq: int

    def __str__(self) -> str:
        """Tell the access, what the hook got, and who caused it."""
        given = ", ".join(
            f"{name}={arg!r:.80}" for name, arg in zip(self.params, self.args, strict=False)
        )
        cause = f"{self.access}: " if self.access is not None else ""
        return f"{cause}{given}, from {self.client or 'no client'}, access {self.seq}"


@dataclass(slots=True, eq=False)
class Failure:
    """One way in which one version fails: an exception type raised at one line.

    The same failure happening again adds to `count` and is not reported again. `exception` is the
    first one, its traceback beginning in the hook's own code. `inputs` are the last calls that
    failed so. `restored` is the version that answered instead and is current again, None where
    there was none. `remedy` tells what was done for whoever waited for the answer. `key` finds the
    hook that the version was put at, None where it was put at none.
    """

    hook: str
    version: "Version"
    exception: BaseException
    count: int = 1
    restored: "Version | None" = None
    remedy: str = ""
    key: Hashable = None
    inputs: deque[Input] = field(default_factory=lambda: deque(maxlen=INPUTS_KEPT), repr=False)

    def __str__(self) -> str:
        """Say in one line which version raised what, and who answered instead."""
        times = f" ({self.count} times)" if self.count > 1 else ""
        told = f"{self.hook} v{self.version.number} ({self.version.place}) raised "
        told += f"{type(self.exception).__name__}: {self.exception}{times}"
        if isinstance(self.exception, Blameless):
            told += "; the hook is not to blame and stays"
        if self.restored is not None:
            told += f"; v{self.restored.number} answered and is current again"
        return f"{told}; {self.remedy}" if self.remedy else told


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

    def add(
        self,
        hook: str,
        version: "Version",
        error: BaseException,
        given: Input | None = None,
        key: Hashable = None,
    ) -> Failure:
        """Count error, and return the failure that it is; given is the call that failed."""
        line = _line(error)
        failure = self.failures.get((type(error), *line))
        if failure is not None:
            failure.count += 1
        else:
            failure = Failure(hook, version, error.with_traceback(_own_frames(error)), key=key)
            self.failures[type(error), *line] = failure
        if given is not None:
            failure.inputs.append(given)
        return failure

    def take(self, other: "Tally", version: "Version") -> None:
        """Count what another version's tally counts as failures of version."""
        for key, failure in other.failures.items():
            inputs = deque(failure.inputs, INPUTS_KEPT)
            self.failures[key] = replace(failure, version=version, inputs=inputs)


def _own_frames(error: BaseException) -> TracebackType | None:
    """Return the part of error's traceback that people wrote.

    The first frame is the hook calling; what follows their last one is what they called of ours. An
    answer is found wrong after their code has returned.
    """
    if isinstance(error, WrongAnswer) or error.__traceback__ is None:
        return None
    first = last = frame = error.__traceback__.tb_next
    while frame is not None:
        if not frame.tb_frame.f_code.co_filename.startswith(_OURS):
            last = frame
        frame = frame.tb_next
    if last is not None:
        last.tb_next = None
    return first


def _line(error: BaseException) -> tuple[str, int]:
    """Return file name and line where error was raised."""
    innermost = ("", 0)
    for frame, line in traceback.walk_tb(error.__traceback__):
        innermost = (frame.f_code.co_filename, line)
    return innermost
