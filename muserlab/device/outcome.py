"""What became of a device's parts when a new definition took its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muserlab.live import Migration
from muserlab.regs import Value, describe

if TYPE_CHECKING:
    from muserlab.device.region import Bank

_MOST_TOLD = 8
_SUBSCRIPT = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class Outcome:
    """Names of registers that were kept, are new, were dropped, and of hooks without a place.

    Registers are named with their region: "bar0.A". A hook is told with where it was written.
    """

    kept: list[str] = field(default_factory=list[str])
    new: list[str] = field(default_factory=list[str])
    dropped: list[str] = field(default_factory=list[str])
    homeless: list[str] = field(default_factory=list[str])
    moved: bool = False
    """Whether a register that was kept is elsewhere now, or has other fields."""

    def add(self, bank: "Bank", former: "Bank", plan: Migration[Value]) -> None:
        """Note what became of the registers of a region."""
        self.kept += [f"{bank.name}.{label}" for label in plan.kept]
        self.new += [f"{bank.name}.{label}" for label in plan.reset]
        self.dropped += [f"{bank.name}.{label}" for label in plan.dropped]
        if describe(bank.__layout__) != describe(former.__layout__):
            self.moved = True

    def __str__(self) -> str:
        """Say it in one line."""
        if not (self.new or self.dropped or self.homeless or self.moved):
            return "the new definition takes over, its layout unchanged"
        return f"the new definition takes over: {'; '.join(self._parts())}"

    def _parts(self) -> Iterator[str]:
        every = (*self.kept, *self.new, *self.dropped)
        one_region = len({name.partition(".")[0] for name in every}) == 1
        named = ((self.kept, "kept {}"), (self.new, "new {} (reset)"), (self.dropped, "dropped {}"))
        for names, told in named:
            if names:
                theirs = set(names)
                others = [name for name in every if name not in theirs]
                yield told.format(_listed(names, others, one_region))
        if self.homeless:
            yield f"hooks left behind: {', '.join(self.homeless)}"


def _listed(names: Sequence[str], others: Sequence[str], one_region: bool) -> str:
    """Join names, an array's as one where no element of it is among the others."""
    apart = {_SUBSCRIPT.sub("", name) for name in others}
    joined = (bare if (bare := _SUBSCRIPT.sub("", name)) not in apart else name for name in names)
    told = [name.partition(".")[2] if one_region else name for name in dict.fromkeys(joined)]
    more = [f"{len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
    return ", ".join([*told[:_MOST_TOLD], *more])
