"""What registers and blocks share: a place in a register file, once or many times."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Self, overload

from muserlab.regs.errors import LayoutError
from muserlab.regs.mark import Nested

if TYPE_CHECKING:
    from muserlab.regs.placed import Placed
    from muserlab.regs.registerfile import RegisterFile


class Member:
    """A part of a register file at ``offset``; with ``count``, one every ``stride`` bytes.

    It is a descriptor: what attribute access gives is up to the register file that it is in, by
    ``__bind_class__`` for the class and ``__bind__`` for an instance.  In the body of the class it
    is itself: methods are marked for it there, and for what stands below it.
    """

    def __init__(self, offset: int, size: int, count: int | None, stride: int | None) -> None:
        self.name = ""
        self.owner = ""
        self.offset = offset
        self.size = size
        self.count = count
        self.stride = size if stride is None else stride
        if isinstance(offset, Member):
            raise LayoutError(f"{offset} is no offset; give a constant of that name another one")
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

    def element(self, i: int, root: "Member", below: str) -> Nested:
        """Return an element of it for marks; it stands below root, under that path."""
        if self.count is None or not 0 <= i < self.count:
            raise LayoutError(f"{self} has no element {i}; it has {self.count or 'no'} elements")
        return Nested(root, self, f"{below}[{i}]")

    def named(self, name: str, _root: "Member", _below: str, /) -> Nested:
        """Return what it has under a name, for marks; it stands below root, under that path."""
        raise AttributeError(f"{self} has no {name}")

    def __getitem__(self, i: int) -> Nested:
        return self.element(i, self, "")

    def __getattr__(self, name: str) -> Nested:
        if name.startswith("_") or "stride" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no {name}")
        return self.named(name, self, "")

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
