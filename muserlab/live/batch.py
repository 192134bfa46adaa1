"""Several patches as one: all of them, or none."""

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


class Batch:
    """Steps that are collected first and made together."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

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
