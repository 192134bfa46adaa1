"""Earlier runs on this machine: in the user's cache, as a machine's figures are no source code."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Self

from muserlab.vm import cache_folder

COMPARED = 10
"""So many of the last runs make up what a run is compared with."""


@dataclass(frozen=True)
class Run:
    """What one run gave: a number for each key, comparable between runs of the same circumstances.

    `circumstances` say on what machine, and how thoroughly, it was measured.
    """

    when: str
    circumstances: str
    numbers: Mapping[str, float]

    @classmethod
    def now(cls, circumstances: str, numbers: Mapping[str, float]) -> Self:
        """Return a run that has just ended."""
        return cls(datetime.now(UTC).isoformat(timespec="seconds"), circumstances, numbers)


class History:
    """A file of runs, one in each line."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def of_this_user(cls) -> Self:
        """Return the history that lies in the user's cache."""
        return cls(cache_folder() / "benchmarks.jsonl")

    def usual(self, circumstances: str) -> dict[str, float]:
        """Return the median of each number over the last runs under the same circumstances."""
        runs = [run for run in self._runs() if run.circumstances == circumstances][-COMPARED:]
        seen: defaultdict[str, list[float]] = defaultdict(list)
        for run in runs:
            for key, number in run.numbers.items():
                seen[key].append(number)
        return {key: median(numbers) for key, numbers in seen.items()}

    def add(self, run: Run) -> None:
        """Write a run down."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as file:
            print(json.dumps(asdict(run)), file=file)

    def _runs(self) -> list[Run]:
        if not self._file.exists():
            return []
        return [Run(**json.loads(line)) for line in self._file.read_text().splitlines()]


def change(number: float, usual: float | None) -> float | None:
    """Return by what part a number is above what is usual; None where nothing is."""
    return None if not usual else number / usual - 1
