"""Register files: datasheets written as classes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from muserlab.regs.errors import LayoutError, UnknownRegister, did_you_mean
from muserlab.regs.layout import Layout
from muserlab.regs.mark import Nested
from muserlab.regs.member import Member
from muserlab.regs.placed import Placed


class _Body(dict[str, object]):
    """A class body's names, among which a register's may be given only once.

    Inherited registers are there too, so that methods can be marked for them.
    """

    def __init__(self, class_name: str, bases: tuple[type, ...]) -> None:
        super().__init__()
        self._class_name = class_name
        self._bases = bases

    def __missing__(self, name: str) -> "Member":
        for base in self._bases:
            members: Mapping[str, Member] = getattr(base, "__members__", {})
            if name in members:
                return members[name]
        raise KeyError(name)

    def __setitem__(self, name: str, value: object) -> None:
        former = self.get(name)
        if isinstance(value, Member):
            if isinstance(former, Member):
                raise LayoutError(
                    f"{self._class_name}.{name} is defined twice: at offset {former.offset:#x}"
                    f" and at {value.offset:#x}"
                )
            if value.name:
                raise LayoutError(f"{self._class_name}.{name} is {value} again; define a new one")
        super().__setitem__(name, value)


class RegisterFileType(type):
    """The class of register files: it sees names that are defined twice, or not at all."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **_options: Any) -> _Body:
        """Return the mapping in which the class body is run."""
        return _Body(name, bases)

    # Of the class only: on instances it would make every access to an attribute slower, and a live
    # region's are on the way of every guest's access. A checker finds misspelt names by itself.
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> NoReturn:
            """Say what a class has instead of a name that it does not have."""
            if name.startswith("_"):  # asked for by Python and shells, to see what they deal with
                raise AttributeError(f"{cls.__name__} has no {name}")
            hint = did_you_mean(name, (known for known in dir(cls) if not known.startswith("_")))
            raise UnknownRegister(f"{cls.__name__} has no register {name!r}{hint}")


class RegisterFile(metaclass=RegisterFileType):
    """A datasheet: a class whose body has registers and blocks.

    ::

        class AdderFile(RegisterFile):
            A    = RW(0x00)
            CTRL = RW(0x08, go=bit(0))
            CH   = Block(0x100, ChannelFile, count=4, stride=0x20)

    Subclasses inherit members and may replace them, or drop one by setting it to None.  Raises
    LayoutError where registers overlap or hide what the class itself has under their name.
    """

    __members__: ClassVar[Mapping[str, Member]] = MappingProxyType({})
    """Its own and inherited registers and blocks by name, arrays not taken apart."""

    __layout__: ClassVar[Layout] = Layout("RegisterFile", ())
    """Every register at its offset, arrays and blocks taken apart."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__members__ = MappingProxyType(_collect(cls))
        placed = (placed for member in cls.__members__.values() for placed in member.place())
        cls.__layout__ = Layout(cls.__name__, placed)

    @classmethod
    def __bind_class__(cls, member: Member) -> Any:
        """Return what ``cls.NAME`` gives for a member: here the member itself."""
        return member

    def __bind__(self, member: Member) -> Any:
        """Return what ``self.NAME`` gives for a member: here, without storage, itself."""
        return member


class Block(Member):
    """A register file placed inside another, once or as an array.

    ``offset`` and ``stride`` are in bytes; without a stride the elements follow each other closely.
    """

    def __init__(
        self,
        offset: int,
        file: type[RegisterFile],
        *,
        count: int | None = None,
        stride: int | None = None,
    ) -> None:
        super().__init__(offset, file.__layout__.size_needed, count, stride)
        self.file = file

    def place(self) -> Iterator[Placed]:
        """Yield the registers of every element."""
        for path, offset, index in self.elements():
            for placed in self.file.__layout__:
                yield placed.inside(path, offset, index)

    def named(self, name: str, root: Member, below: str, /) -> Nested:
        """Return a register or block in it, for marks."""
        members = self.file.__members__
        if name not in members:
            raise UnknownRegister(f"{self} has no register {name!r}{did_you_mean(name, members)}")
        return Nested(root, members[name], f"{below}.{name}")

    def __repr__(self) -> str:
        array = "" if self.count is None else f" x {self.count}"
        return f"<{self}{array}: {self.file.__name__}, {self.size} bytes>"


def _collect(cls: type) -> dict[str, Member]:
    """Return a class's members, its own after inherited ones, those that it dropped left out."""
    names: dict[str, object] = {}
    for ancestor in reversed(cls.__mro__):
        for name, value in vars(ancestor).items():
            hidden = names.get(name)
            if isinstance(value, Member) and not isinstance(hidden, Member | None):
                raise LayoutError(f"{value} hides {name!r} of {cls.__name__}'s bases; rename it")
            names[name] = value
    return {name: value for name, value in names.items() if isinstance(value, Member)}
