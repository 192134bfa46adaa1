"""The interrupt vectors of a device, of which a page gets those that it shows."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import muserlab as ml

from ..following import Following
from ..live import Live, Picture, static, whole
from ..still import html_table, plain_table
from .vectors import TITLES, VectorRates, burst_of, eventfd_of, line_of, state_of

MOST = 400  # lines that one view gets
STILL = 64  # vectors in a still picture

Found = tuple[ml.IrqType[Any], ml.Vector]


class InterruptsView(Live):
    """Every vector of a device, or of one interrupt type."""

    _esm = static("watching.js", "grid.js", "numbers.js", "generator.js", "interrupts.js")
    _css = static("common.css", "grid.css", "interrupts.css")

    def __init__(self, following: Following, only: str = "") -> None:
        self._only = only
        self._rates = VectorRates()
        self._burst: ml.Burst | None = None
        super().__init__(following)

    # -- what a page gets --------------------------------------------------------------------------

    def picture(self, wants: Mapping[str, Any], /) -> Picture:
        """Return the vectors of a window, and how far the generator has come."""
        found = self._found()
        first, count = whole(wants.get("first")), whole(wants.get("count"))
        shows: Picture = {
            "caption": self._caption(found),
            "total": len(found),
            "names": list(found),
            "heard": next((name for name, (_, one) in found.items() if one.enabled), ""),
            "burst": burst_of(self._burst),
        }
        window = islice(enumerate(found.values()), first, first + min(count, MOST))
        for at, (irq, vector) in window:
            shows[f"line {at}"] = line_of(irq, vector, self._rates.of(vector))
        return shows

    def _found(self) -> dict[str, Found]:
        return {
            vector.name: (irq, vector)
            for irq in self.following.device.interrupts
            if self._only in ("", irq.name)
            for vector in irq.vectors
        }

    def _caption(self, found: Mapping[str, Found]) -> str:
        types = dict.fromkeys(irq for irq, _ in found.values())
        counts = ", ".join(f"{irq.count} × {TITLES[irq.name]}" for irq in types)
        return f"{counts or 'no interrupts'}{self.following.note()}"

    # -- what a person does ------------------------------------------------------------------------

    def handle(self, content: dict[str, Any]) -> None:
        """Trigger a vector, turn a level, start or end the generator."""
        match content:
            case {"fire": str(name)}:
                self.act(self._vector(name).fire)
            case {"level": [str(name), bool(asserted)]}:
                line = self._vector(name)
                if isinstance(line, ml.LevelVector):
                    self.act(line.raise_ if asserted else line.lower)
            case {"burst": [str(name), int() | float() as rate, int() | float() as seconds]}:
                self.act(self._begin, self._vector(name), rate, seconds)
            case {"cancel": True}:
                self.act(self._cancel)
            case _:
                pass

    def _vector(self, name: str) -> ml.Vector:
        found = self._found().get(name)
        if found is None:
            raise ValueError(f"{self.following.device.name} has no {name} any more")
        return found[1]

    def _begin(self, vector: ml.Vector, rate: float, seconds: float) -> None:
        self._cancel()
        self._burst = ml.Burst(self.following.device.host, vector, rate, seconds)

    def _cancel(self) -> None:
        if self._burst is not None:
            self._burst.cancel()

    # -- where no page is --------------------------------------------------------------------------

    def still(self) -> tuple[str, str]:
        """Return a table of the vectors."""
        found = self._found()
        head = ["vector", "eventfd", "state", "fired", "delivered", "pending", "lost"]
        lines = [head, *(_still_line(*one) for one in islice(found.values(), STILL))]
        most = f", the first {STILL} of {len(found)}" if len(found) > STILL else ""
        table = f"{self._caption(found)}{most}", lines
        return plain_table(*table), html_table(*table)


def _still_line(irq: ml.IrqType[Any], vector: ml.Vector) -> list[str]:
    counts = vector.counts
    numbers = (counts.fired, counts.delivered, counts.pending, counts.lost)
    return [vector.name, eventfd_of(vector), state_of(irq, vector), *map(str, numbers)]
