"""Measuring in rounds: every subject of every case in each, so that all meet the same noise."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from benchmarks.client import Reading
from benchmarks.figures import Case, Figure, Figures


@dataclass(frozen=True)
class Effort:
    """How much is done: rounds, and about how many seconds for each subject in each."""

    rounds: int
    seconds: float


FULL = Effort(rounds=9, seconds=0.06)
"""Many short rounds: the clock of a shared processor changes within seconds, by half and more."""
QUICK = Effort(rounds=1, seconds=0.02)


@dataclass(frozen=True)
class Group:
    """Cases that are measured under one condition: `condition` holds while its block runs."""

    name: str
    condition: Callable[[], AbstractContextManager[None]]
    cases: Sequence[Case]


def carry_out(group: Group, effort: Effort, figures: Figures, step: Callable[[str], None]) -> None:
    """Measure a group and add what comes of it to figures; call step(case) before each case.

    Each round begins with another subject, as the first may find colder caches.
    """
    readings: dict[tuple[str, str], list[Reading]] = {
        (case.name, subject): [] for case in group.cases for subject in case.subjects
    }
    with group.condition():
        for number in range(effort.rounds):
            for case in group.cases:
                step(f"{group.name}: {case.name}")
                names = list(case.subjects)
                first = number % len(names)
                for name in names[first:] + names[:first]:
                    readings[case.name, name].append(case.subjects[name](effort.seconds))
    for case in group.cases:
        for name in case.subjects:
            measured = tuple(readings[case.name, name])
            figures.add(Figure(group.name, case.name, case.unit, name, measured))
