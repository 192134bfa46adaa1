"""Several patches as one: all of them, or none."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Step(Protocol):
    """One change of a batch: a hook's patch, or anything else that can be taken back.

    Whoever makes a step checks it first; only a checked one is added.
    """

    def apply(self) -> None:
        """Make the change."""
        ...

    def revert(self) -> None:
        """Take the change back; called only after `apply`."""
        ...

    def announce(self) -> None:
        """Tell people about the change; called only after `apply`."""
        ...


_collecting: ContextVar["Batch | None"] = ContextVar("muserlab_batch", default=None)


class Batch:
    """Steps that are collected first and made together.

    It collects what is patched where it was opened: in this thread, and in this task where there
    are several. What hooks and others patch meanwhile is none of its steps.
    """

    def __init__(self) -> None:
        self._steps: list[Step] = []

    @contextmanager
    def collecting(self) -> Generator[None]:
        """Collect what is patched in the block."""
        token = _collecting.set(self)
        try:
            yield
        finally:
            _collecting.reset(token)

    @property
    def is_open_here(self) -> bool:
        """Whether it collects what is patched by whoever asks."""
        return _collecting.get() is self

    def __len__(self) -> int:
        """Count the steps."""
        return len(self._steps)

    def add(self, step: Step) -> None:
        """Append a step."""
        self._steps.append(step)

    def apply(self) -> None:
        """Make the steps in order, on the thread that calls hooks.

        What a step raises is raised here, after the steps before it were taken back, last first.
        """
        for made, step in enumerate(self._steps):
            try:
                step.apply()
            except BaseException:
                for done in reversed(self._steps[:made]):
                    done.revert()
                raise

    def announce(self) -> None:
        """Tell people about every step, on the thread of whoever waits for the news."""
        for step in self._steps:
            step.announce()
