"""Access types: what a guest's read or write does to stored bits."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from muserlab.regs.errors import LayoutError

if TYPE_CHECKING:
    from muserlab.regs.field import Field
    from muserlab.regs.register import Register


class Access(Enum):
    """The access type of a register or a field.  Calling one defines a register of that type.

    ``RO``    reads as stored; writes are ignored.
    ``RW``    reads as stored; writes store.
    ``WO``    reads as zero; writes store.
    ``W1C``   reads as stored; a written one clears its bit, a written zero leaves it.
    ``W1S``   reads as stored; a written one sets its bit, a written zero leaves it.
    ``RC``    reads as stored, and the read clears; writes are ignored.
    ``RW1C``  behaves as ``W1C``: the name that the PCI Local Bus specification gives it.
    """

    RO = "RO"
    RW = "RW"
    WO = "WO"
    W1C = "W1C"
    W1S = "W1S"
    RC = "RC"
    RW1C = "RW1C"

    def __str__(self) -> str:
        return self.value

    def __call__(
        self,
        offset: int,
        *,
        size: int = 4,
        reset: int | None = None,
        count: int | None = None,
        stride: int | None = None,
        doc: str = "",
        fields: "Mapping[str, Field] | None" = None,
        **named: "Field",
    ) -> "Register":
        """Define a register in the body of a register file: ``CTRL = RW(0x08, go=bit(0))``.

        ``offset``, ``size`` (1, 2, 4 or 8) and ``stride`` are in bytes; the register is little
        endian.  This access type covers every bit that no field claims, and every field that has
        none of its own.  ``reset`` is the whole register's; without it the fields' resets make it.
        ``count`` makes an array, one element every ``stride`` bytes (by default ``size``).
        ``fields`` takes fields whose names are options here, such as ``fields={"reset": bit(0)}``.

        Raises LayoutError where the definition contradicts itself.
        """
        from muserlab.regs.register import Register  # register and field both know access types

        given = dict(fields or {})
        if twice := given.keys() & named.keys():
            raise LayoutError(f"register at {offset:#x}: field {min(twice)!r} is defined twice")
        return Register(
            self,
            offset,
            size=size,
            reset=reset,
            count=count,
            stride=stride,
            doc=doc,
            fields=given | named,
        )


RO = Access.RO
RW = Access.RW
WO = Access.WO
W1C = Access.W1C
W1S = Access.W1S
RC = Access.RC
RW1C = Access.RW1C
