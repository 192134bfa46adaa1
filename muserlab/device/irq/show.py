"""Interrupts as text: what the client set up, and what became of every fire."""

from collections.abc import Iterable
from dataclasses import astuple, fields

from muserlab.device.irq.vector import Counts, Vector

_ROWS = 64
_HEAD = ("vector", "eventfd", "state", *(field.name for field in fields(Counts)))


def table(vectors: Iterable[Vector]) -> str:
    """Return a table of vectors, a line for each; of very many only the first ones."""
    every = list(vectors)
    if not every:
        return "no interrupt vectors"
    lines = [_HEAD, *(_cells(vector) for vector in every[:_ROWS])]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    if len(every) > _ROWS:
        text.append(f"… and {len(every) - _ROWS} more vectors")
    return "\n".join(text)


def _cells(vector: Vector) -> tuple[str, ...]:
    state = "masked" if vector.masked else "open"
    counts = map(str, astuple(vector.counts))
    return (vector.name, "yes" if vector.enabled else "none", state, *counts)
