"""Where a register's hooks meet an access: what they are given, and what their answer does."""

from collections.abc import Iterable, Sequence
from typing import Any

from muserlab.device.holding import Verdict
from muserlab.live import Generation, Hook
from muserlab.regs import Field, Placed


class Element(int):
    """The value of an array element's field: an int that knows which element it was in."""

    index: tuple[int, ...]


class Slot:
    """The hooks of one register, or of one of its fields, the most telling first.

    Of several that are defined the first is called: one element's rather than the array's.
    """

    def __init__(self, placed: Placed, field: Field | None) -> None:
        self.placed = placed
        self.field = field
        self.mask = placed.register.mask if field is None else field.mask
        self._hooks: tuple[tuple[int, Hook], ...] = ()
        self._generation = -1
        self._hook: Hook | None = None

    def add(self, rank: int, hook: Hook) -> None:
        """Put a hook here; a lower rank is asked first."""
        self._hooks = tuple(sorted([*self._hooks, (rank, hook)], key=lambda ranked: ranked[0]))
        self._generation = -1

    def hook(self) -> Hook | None:
        """Return the hook to call, if any is defined: looked for only after patches."""
        if self._generation != Generation.now:
            self._generation = Generation.now
            self._hook = next((hook for _, hook in self._hooks if hook), None)
        return self._hook

    def view(self, stored: int) -> Any:
        """Return what a hook gets of a register's value: a Value, or the field's."""
        field = self.field
        if field is None:
            return self.placed.value(stored)
        value = field.decode(stored)
        if self.placed.index and type(value) is int:
            element = Element(value)
            element.index = self.placed.index
            return element
        return value

    def view_new(self, stored: int, written: int) -> Any:
        """Return what a hook gets of what a write left; a Value knows what the bus carried."""
        if self.field is None:
            return self.placed.value(stored).carry(written)
        return self.view(stored)

    def merge(self, stored: int, answer: int | Verdict | None) -> int:
        """Return a register's value with an answer in it; bits that do not fit are lost.

        None leaves the value as it is.
        """
        if isinstance(answer, Verdict):
            answer = answer.number
        if answer is None:
            return stored
        field = self.field
        if field is None:
            return answer & self.mask
        return stored & ~field.mask | (answer & field.limit) << field.lsb


def in_order(slots: Iterable[Slot]) -> Sequence[Slot]:
    """Return slots in the order of being called: fields from bit 0 up, then the register."""
    return sorted(slots, key=lambda slot: (slot.field is None, slot.mask))
