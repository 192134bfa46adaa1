"""What `dev.bar0.CTRL` and `AdderBar.CTRL` are: places to peek, poke and put hooks at.

On a class, and for an array without a subscript, a place has hooks only; one register of one
device can also be peeked and poked. Looking at any of them touches nothing.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NoReturn, Protocol, Self, TypeVar

from muserlab.device.region.help import help_of_register
from muserlab.device.region.novalue import NoValue
from muserlab.device.region.register import RegisterPart
from muserlab.device.region.site import Site, Spot, Verb
from muserlab.live import Hook
from muserlab.regs import (
    Block,
    Field,
    Member,
    Register,
    UnknownField,
    UnknownName,
    Value,
    did_you_mean,
)

P = TypeVar("P")


class Home(Protocol):
    """What places are in: a region of a device, or a class of them."""

    def hook(self, site: Site, verb: Verb) -> Hook:
        """Return the hook of a site."""
        ...

    def register_at(self, path: str, /) -> RegisterPart | None:
        """Return the register with that path, None on a class or for more than one."""
        ...


class _Place(NoValue):
    """A place with on_read and on_write; assignments to it are refused."""

    __slots__ = ("_home", "_spot")

    def __init__(self, home: Home, spot: Spot) -> None:
        object.__setattr__(self, "_home", home)
        object.__setattr__(self, "_spot", spot)

    _home: Home

    @property
    def _place(self) -> tuple[Home, Spot]:
        return self._home, self._spot

    @property
    def on_read(self) -> Hook:
        """Called with (dev, value) before a guest's read is answered; may return another value."""
        return self._home.hook(self._spot, "on_read")

    @property
    def on_write(self) -> Hook:
        """Called with (dev, new, old) after a guest's write was applied.

        Of a register (not of a field), `new.written` is what the bus carried, whatever the access
        types made of it: a Value too, 0 in bytes that were not written.
        """
        return self._home.hook(self._spot, "on_write")

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return _moved(self, memo)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self._spot.label()}.{name} cannot be assigned to; use .poke(...)")


class FieldPlace(_Place):
    """A field of a register on a class, or of every element of an array."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<field {self._spot.label()}>"


class FieldHandle(FieldPlace):
    """A field of one register of one device."""

    __slots__ = ("_field", "_part")

    _part: RegisterPart
    _field: Field

    def __init__(self, home: Home, spot: Spot, part: RegisterPart, field: Field) -> None:
        super().__init__(home, spot)
        object.__setattr__(self, "_part", part)
        object.__setattr__(self, "_field", field)

    def peek(self) -> int | Enum:
        """Return the field's value."""
        return self._field.decode(self._part.stored)

    def poke(self, value: int | Enum) -> None:
        """Set the field; raises ValueError where the value does not fit it."""
        self._part.change(None, {self._field.name: value})

    def __repr__(self) -> str:
        return f"{self._spot.label()}={self.peek()!r}"


class RegisterPlace(_Place):
    """A register on a class, or every element of an array of them."""

    __slots__ = ("_register",)

    _register: Register

    def __init__(self, home: Home, spot: Spot, register: Register) -> None:
        super().__init__(home, spot)
        object.__setattr__(self, "_register", register)

    def __getattr__(self, name: str) -> FieldPlace:
        """Return a field."""
        return FieldPlace(self._home, Spot(self._spot.path, self._field_named(name).name))

    def _field_named(self, name: str) -> Field:
        if name in ("peek", "poke"):
            raise UnknownName(f"{self._spot.path} is no single register of a device to {name} at")
        field = self._register.fields.get(name)
        if field is None:
            hint = did_you_mean(name, self._register.fields)
            raise UnknownField(f"{self._register} has no field {name!r}{hint}")
        return field

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._register.fields]

    def __repr__(self) -> str:
        return f"<{self._spot.path}: {self._register!r}>"


class RegisterHandle(RegisterPlace):
    """One register of one device."""

    __slots__ = ("_part",)

    _part: RegisterPart

    def __init__(self, home: Home, part: RegisterPart) -> None:
        super().__init__(home, Spot(part.label), part.placed.register)
        object.__setattr__(self, "_part", part)

    def __getattr__(self, name: str) -> FieldHandle:
        """Return a field."""
        field = self._field_named(name)
        return FieldHandle(self._home, Spot(self._spot.path, name), self._part, field)

    def peek(self) -> Value:
        """Return the register's value, whatever its access types."""
        part = self._part
        return part.placed.value(part.stored)

    def poke(self, value: int | None = None, /, **fields: int | Enum) -> None:
        """Set the register, then fields of it, whatever its access types.

        Without a value only the fields change. Raises ValueError where something does not fit and
        UnknownField where there is no such field.
        """
        if value is None and not fields:
            raise TypeError(f"{self._spot.path}.poke() wants a value or fields")
        self._part.change(value, fields)

    def getdoc(self) -> str:
        """Return what IPython shows for `?`."""
        return help_of_register(self._part)

    def __repr__(self) -> str:
        return repr(self.peek())


class Subscripted:
    """An array of registers or blocks: subscript it for one element, or use it for all of them."""

    __slots__ = ()

    @property
    def _member(self) -> Member:
        raise NotImplementedError

    def _element(self, i: int) -> Any:
        raise NotImplementedError

    def __getitem__(self, i: int) -> Any:
        count = self._member.count or 0
        if not -count <= i < count:
            raise IndexError(f"{self._member} has elements 0 to {count - 1}, not {i}")
        return self._element(i % count)

    def __len__(self) -> int:
        return self._member.count or 0

    def __iter__(self) -> Iterator[Any]:
        return (self._element(i) for i in range(len(self)))


class RegisterArray(Subscripted, RegisterPlace):
    """Every element of an array of registers, until it is subscripted."""

    __slots__ = ()

    @property
    def _member(self) -> Register:
        return self._register

    def _element(self, i: int) -> RegisterPlace:
        return _register(self._home, self._register, f"{self._spot.path}[{i}]")


class BlockPlace:
    """A block: its registers and blocks are its attributes."""

    __slots__ = ("_block", "_handles", "_home", "_path")

    def __init__(self, home: Home, block: Block, path: str) -> None:
        object.__setattr__(self, "_home", home)
        object.__setattr__(self, "_block", block)
        object.__setattr__(self, "_path", path)
        object.__setattr__(self, "_handles", {})

    _home: Home
    _block: Block
    _path: str
    _handles: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """Return a register or a block."""
        handle = self._handles.get(name)
        if handle is None:
            handle = self._handles[name] = bind(
                self._home, self._named(name), f"{self._path}.{name}"
            )
        return handle

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copy = _moved(self, memo)
        object.__setattr__(copy, "_handles", {})
        return copy

    def __setattr__(self, name: str, value: object) -> NoReturn:
        member = self._named(name)
        raise AttributeError(
            f"{self._path}.{member.name} cannot be assigned to; use .{member.name}.poke(...)"
        )

    def _named(self, name: str) -> Member:
        members: Mapping[str, Member] = self._block.file.__members__
        member = members.get(name)
        if member is None:
            raise UnknownName(f"{self._path} has no register {name!r}{did_you_mean(name, members)}")
        return member

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._block.file.__members__]

    def __repr__(self) -> str:
        return f"<{self._path}: {self._block.file.__name__}>"


class BlockArray(Subscripted, BlockPlace):
    """Every element of an array of blocks, until it is subscripted."""

    __slots__ = ()

    @property
    def _member(self) -> Block:
        return self._block

    def _element(self, i: int) -> BlockPlace:
        return BlockPlace(self._home, self._block, f"{self._path}[{i}]")


def place_of(handle: object) -> tuple[Home, Spot] | None:
    """Return what a handle of a register or field stands for; None where it is no such handle."""
    # Not an attribute of theirs: any name that they have, no field can have.
    return handle._place if isinstance(handle, _Place) else None  # pyright: ignore[reportPrivateUsage]


def bind(home: Home, member: Member, path: str) -> Any:
    """Return the place of a register or block that stands under path in home."""
    if isinstance(member, Block):
        kind = BlockPlace if member.count is None else BlockArray
        return kind(home, member, path)
    assert isinstance(member, Register)
    if member.count is not None:
        return RegisterArray(home, Spot(path), member)
    return _register(home, member, path)


def _moved(place: P, memo: dict[int, Any]) -> P:
    """Return what a place is in a copy of its device, of whose parts memo knows the copies."""
    copy = object.__new__(type(place))
    for kind in type(place).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            value = getattr(place, slot)
            object.__setattr__(copy, slot, memo.get(id(value), value))
    return copy


def _register(home: Home, register: Register, path: str) -> RegisterPlace:
    part = home.register_at(path)
    if part is None:
        return RegisterPlace(home, Spot(path), register)
    return RegisterHandle(home, part)
