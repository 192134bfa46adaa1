"""A register at its place in a layout."""

from enum import Enum
from typing import TYPE_CHECKING

from muserlab.regs.value import Value, locate

if TYPE_CHECKING:
    from muserlab.regs.register import Register


class Placed:
    """One register of a layout, arrays and blocks taken apart: what an offset leads to.

    ``path`` is its name with subscripts, such as ``CH[2].CTRL``, ``index`` the subscripts alone.
    ``offset`` to ``end`` are its bytes, counted from the start of the layout.  Compared and hashed
    by identity, so that it serves as a cheap key.
    """

    __slots__ = ("_inside", "end", "index", "offset", "path", "register", "size")

    def __init__(
        self, path: str, register: "Register", offset: int, index: tuple[int, ...] = ()
    ) -> None:
        self.path = path
        self._inside = path if "." in path else ""  # what the register does not know by itself
        self.register = register
        self.offset = offset
        self.index = index
        self.size = register.size
        self.end = offset + register.size

    def inside(self, path: str, offset: int, index: tuple[int, ...]) -> "Placed":
        """Return it as seen from a register file that has this one's at ``path``."""
        return Placed(
            f"{path}.{self.path}", self.register, offset + self.offset, index + self.index
        )

    def lanes(self, start: int, length: int) -> int:
        """Return the mask of the byte lanes that ``length`` bytes from layout offset ``start`` are.

        The bytes must lie in the register, as those that Layout.span gives do.
        """
        return (1 << 8 * length) - 1 << 8 * (start - self.offset)

    def value(self, stored: int) -> Value:
        """Return ``stored`` as a Value that knows where it is."""
        value = self.register.value_class(stored)
        if self.index or self._inside:
            locate(value, self.index, self._inside)
        return value

    def encode(self, base: int, /, **fields: int | Enum) -> int:
        """Return ``base`` with some fields changed; see Register.encode."""
        return self.register.encode(base, **fields)

    def __repr__(self) -> str:
        return f"<{self.path} at {self.offset:#x}: {self.register.access}, {self.size} bytes>"
