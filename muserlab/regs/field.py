"""Fields: named ranges of a register's bits."""

import dataclasses
import operator
from enum import Enum

from muserlab.regs.access import Access
from muserlab.regs.errors import LayoutError


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """Bits ``msb`` down to ``lsb`` of a register, both included, bit 0 the least significant.

    ``access`` and ``reset`` are None where the register's own apply.  ``enum`` gives names to
    values; a value that it does not know stays a plain int.  Raises LayoutError where the bits are
    out of order or a reset or a member of the enumeration does not fit in them.
    """

    msb: int
    lsb: int
    access: Access | None = None
    reset: int | None = None
    enum: type[Enum] | None = None
    doc: str = ""
    name: str = ""
    mask: int = dataclasses.field(init=False, repr=False)
    limit: int = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.lsb <= self.msb:
            raise LayoutError(f"bits({self.msb}, {self.lsb}): want msb >= lsb >= 0, msb first")
        limit = (1 << (self.msb - self.lsb + 1)) - 1
        object.__setattr__(self, "limit", limit)
        object.__setattr__(self, "mask", limit << self.lsb)
        named = [] if self.enum is None else [(str(member), member.value) for member in self.enum]
        for what, value in [("reset", self.reset), *named]:
            if value is not None and not (isinstance(value, int) and 0 <= value <= limit):
                raise LayoutError(
                    f"bits {self.bits}: {what} = {value!r} does not fit (0 to {limit:#x})"
                )

    @property
    def bits(self) -> str:
        """The bits as datasheets write them: ``7:4``, or ``3`` for a single one."""
        return f"{self.msb}:{self.lsb}" if self.msb > self.lsb else f"{self.lsb}"

    def extract(self, stored: int) -> int:
        """Return the field's bits of a register's value, shifted down to bit 0."""
        return (stored & self.mask) >> self.lsb

    def decode(self, stored: int) -> int | Enum:
        """Return the field's value: a member of its enumeration if that knows it, or an int."""
        raw = (stored & self.mask) >> self.lsb
        if self.enum is None:
            return raw
        try:
            return self.enum(raw)
        except ValueError:
            return raw

    @staticmethod
    def raw(value: int | Enum) -> int:
        """Return the int behind an enumeration's member, or the int itself."""
        return operator.index(value.value if isinstance(value, Enum) else value)


def bit(n: int, access: Access | None = None, *, reset: int | None = None, doc: str = "") -> Field:
    """Define a field of one bit: ``done=bit(0, W1C)``."""
    return Field(n, n, access, reset, None, doc)


def bits(
    msb: int,
    lsb: int,
    access: Access | None = None,
    *,
    reset: int | Enum | None = None,
    enum: type[Enum] | None = None,
    doc: str = "",
) -> Field:
    """Define a field of bits ``msb`` down to ``lsb``: ``mode=bits(3, 1, enum=Mode)``."""
    return Field(msb, lsb, access, None if reset is None else Field.raw(reset), enum, doc)
