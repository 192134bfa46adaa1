"""What `dev.bar0.registers` is: all registers of a region."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from muserlab.device.region.register import RegisterPart
from muserlab.device.region.show import register_lines

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank


class Registers(Sequence[RegisterPart]):
    """The registers of a region in the order of their offsets, arrays and blocks taken apart.

    Shown, it is a table of what they hold, found by peeking only.
    """

    __slots__ = ("_parts", "bank")

    def __init__(self, bank: "Bank", parts: Iterable[RegisterPart]) -> None:
        self.bank = bank
        """The region that they lie in."""
        self._parts = tuple(parts)

    @overload
    def __getitem__(self, at: int) -> RegisterPart: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[RegisterPart, ...]: ...
    def __getitem__(self, at: int | slice) -> RegisterPart | tuple[RegisterPart, ...]:
        return self._parts[at]

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[RegisterPart]:
        return iter(self._parts)

    def __repr__(self) -> str:
        heading = f"{self.bank.name}: {len(self)} registers"
        return "\n".join([heading, *register_lines(self)])
