"""All that one run gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Figure, Figures
from benchmarks.instructions import check
from benchmarks.targets import Verdict


@dataclass(frozen=True)
class Results:
    """Figures, counts of what an access executes, and what became of the targets."""

    figures: Figures
    counts: check.Counts
    verdicts: Sequence[Verdict]

    def numbers(self) -> dict[str, float]:
        """Return what is compared between runs."""
        return {**self.figures.numbers(), **check.numbers(self.counts)}

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        return {
            "figures": [self._figure(one) for one in self.figures],
            "executed": self.counts,
            "targets": [_verdict(one) for one in self.verdicts],
        }

    def _figure(self, figure: Figure) -> dict[str, Any]:
        return {
            "condition": figure.group,
            "case": figure.case,
            "subject": figure.subject,
            "unit": figure.unit,
            "value": figure.value,
            "ratio": self.figures.ratio(figure),
            "median_us": figure.median,
            "p99_us": figure.p99,
            "rounds": [reading.value for reading in figure.readings],
        }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    target = verdict.target
    return {
        "text": target.text,
        "bound": target.bound,
        "limit": target.limit,
        "measured": verdict.measured,
        "met": verdict.met,
    }
