"""What registers and blocks share: a place in a register file, once or many times."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Self, overload

from muserlab.regs.errors import LayoutError

if TYPE_CHECKING:
    from muserlab.regs.placed import Placed
    from muserlab.regs.registerfile import RegisterFile


class Member:
    """A part of a register file at ``offset``; with ``count``, one every ``stride`` bytes.

    It is a descriptor: what attribute access gives is up to the register file that it is in, by
    ``__bind_class__`` for the class and ``__bind__`` for an instance.
    """

    def __init__(self, offset: int, size: int, count: int | None, stride: int | None) -> None:
        self.name = ""
        self.owner = ""
        self.offset = offset
        self.size = size
        self.count = count
        self.stride = size if stride is None else stride
        if offset < 0:
            raise LayoutError(f"offset {offset:#x} is negative")
        if count is None and stride is not None:
            raise LayoutError(f"{self}: a stride needs a count")
        if count is not None and count < 1:
            raise LayoutError(f"{self}: count={count} makes no element; want 1 or more")
        if self.stride < size:
            raise LayoutError(f"{self}: stride {self.stride} is less than its {size} bytes")

    def place(self) -> "Iterator[Placed]":
        """Yield every register in it, at its offset in the register file."""
        raise NotImplementedError

    def elements(self) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        """Yield path, offset and index of every element; a single one has the index ``()``."""
        if self.count is None:
            yield self.name, self.offset, ()
            return
        for i in range(self.count):
            yield f"{self.name}[{i}]", self.offset + i * self.stride, (i,)

    def __str__(self) -> str:
        """Name it as messages do: ``AdderBar.CTRL (offset 0x8)``."""
        if not self.name:
            return f"{type(self).__name__.lower()} at {self.offset:#x}"
        return f"{self.owner}.{self.name} (offset {self.offset:#x})"

    def __set_name__(self, owner: type, name: str) -> None:
        if _is_register_file(owner):
            self.owner, self.name = owner.__name__, name

    @overload
    def __get__(self, obj: "RegisterFile | None", owner: "type[RegisterFile]") -> Any: ...
    @overload
    def __get__(self, obj: object, owner: type) -> Self: ...

    def __get__(self, obj: Any, owner: Any) -> Any:
        if not _is_register_file(owner):
            return self
        return owner.__bind_class__(self) if obj is None else obj.__bind__(self)

    def __set__(self, obj: object, value: object) -> NoReturn:
        raise AttributeError(f"{self} cannot be assigned to; use .{self.name}.poke(...)")


def _is_register_file(owner: type) -> bool:
    """Tell whether a class binds members: elsewhere they are attributes like any others."""
    return hasattr(owner, "__bind_class__")
