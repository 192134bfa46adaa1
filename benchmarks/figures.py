"""What comes of measuring: readings by group, case and subject, and the ratios between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.client import Reading

Subject = Callable[[float], Reading]
"""Measures something for about so many seconds."""


@dataclass(frozen=True)
class Case:
    """One thing that is measured of several subjects in turn, in a unit.

    The first subject is the reference: the others are told as ratios to it.
    """

    name: str
    unit: str
    subjects: Mapping[str, Subject]

    @property
    def reference(self) -> str:
        """The name of the first subject."""
        return next(iter(self.subjects))


@dataclass(frozen=True)
class Figure:
    """What the rounds gave for one subject of a case."""

    group: str
    case: str
    unit: str
    subject: str
    readings: tuple[Reading, ...]

    @property
    def key(self) -> str:
        """The name by which runs are compared."""
        return f"{self.group} / {self.case} / {self.subject}"

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return median(reading.value for reading in self.readings)

    @property
    def median(self) -> float | None:
        """How long half of the turns took at most, in microseconds: the rounds' median."""
        times = [reading.median for reading in self.readings if reading.median is not None]
        return median(times) if times else None

    @property
    def p99(self) -> float | None:
        """How long 99 per cent of the turns took at most, in microseconds: the rounds' median."""
        times = [reading.p99 for reading in self.readings if reading.p99 is not None]
        return median(times) if times else None

    def over(self, reference: "Figure") -> float | None:
        """Return the ratio of the values: the median over rounds, which met the same noise.

        None where the reference is nothing.
        """
        pairs = zip(self.readings, reference.readings, strict=True)
        ratios = [mine.value / its.value for mine, its in pairs if its.value]
        return median(ratios) if ratios else None


class Figures:
    """All figures of a run, in the order of being measured."""

    def __init__(self) -> None:
        self._figures: dict[tuple[str, str, str], Figure] = {}
        self._references: dict[tuple[str, str], Figure] = {}

    def add(self, figure: Figure) -> None:
        """Add a figure; the first of its group and case is the others' reference."""
        self._figures[figure.group, figure.case, figure.subject] = figure
        self._references.setdefault((figure.group, figure.case), figure)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._figures.values())

    def get(self, group: str, case: str, subject: str) -> Figure | None:
        """Return a figure, if it was measured."""
        return self._figures.get((group, case, subject))

    def ratio(self, figure: Figure) -> float | None:
        """Return a figure's ratio to its reference; None for the reference."""
        reference = self._references[figure.group, figure.case]
        return None if figure is reference else figure.over(reference)

    def numbers(self) -> dict[str, float]:
        """Return what runs are compared by: the ratio of each figure, the value of a reference."""
        ratios = ((figure, self.ratio(figure)) for figure in self)
        return {one.key: one.value if ratio is None else ratio for one, ratio in ratios}
