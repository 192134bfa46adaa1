"""Counting all paths, and refusing what has become longer."""

from collections.abc import Iterator, Mapping

from benchmarks.history import change
from benchmarks.instructions import callgrind, opcodes

Counts = Mapping[str, Mapping[str, float]]
"""By path, then by what is counted."""

TOLERATED = 0.1
"""The part by which a path may become longer than it usually was."""


def count(*, quick: bool) -> Counts:
    """Count each path; processor instructions only where there is a valgrind, and time for it."""
    counters = {opcodes.NAME: opcodes.opcodes}
    if callgrind.available() and not quick:
        counters[callgrind.NAME] = callgrind.instructions
    counts: dict[str, dict[str, float]] = {}
    for name, counter in counters.items():
        for path, number in counter().items():
            counts.setdefault(path, {})[name] = number
    return counts


def numbers(counts: Counts) -> dict[str, float]:
    """Return counts as a run's history keeps them."""
    return {key(path, name): count for path, its in counts.items() for name, count in its.items()}


def key(path: str, name: str) -> str:
    """Return the name by which a count is compared between runs."""
    return f"{path} / {name}"


def risen(counts: Counts, usual: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each count that is too far above what is usual."""
    for name, number in numbers(counts).items():
        above = change(number, usual.get(name))
        if above is not None and above > TOLERATED:
            yield f"{name}: {number:,.0f}, {above:.0%} more than the usual {usual[name]:,.0f}"
