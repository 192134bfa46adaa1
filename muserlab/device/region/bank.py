"""A region that a class describes: registers, memory, or both."""

from collections.abc import Sequence
from typing import Any, ClassVar

from muserlab.device.errors import DefinitionError
from muserlab.device.hooks import HookOwner
from muserlab.device.redefined import defined_before
from muserlab.device.region.backing import Backing
from muserlab.device.region.carry import carry_over
from muserlab.device.region.handles import bind
from muserlab.device.region.help import help_of_bank
from muserlab.device.region.memory import Memory
from muserlab.device.region.methods import methods_of, raw_methods
from muserlab.device.region.part import Gap, Part, Plain, Unnamed, fill
from muserlab.device.region.ranges import RawHook, SpanPlace
from muserlab.device.region.region import Region
from muserlab.device.region.register import RegisterPart
from muserlab.device.region.registers import Registers
from muserlab.device.region.show import table
from muserlab.device.region.site import Span
from muserlab.device.region.spaces import BankMemory
from muserlab.device.region.storage import PAGE
from muserlab.device.region.undeclared import Undeclared
from muserlab.live import Migration
from muserlab.regs import Member, RegisterFile, UnknownRegister, Value, describe, did_you_mean


class Bank(Region, RegisterFile):
    """A region whose class body is its datasheet; an instance is the region of one device.

    A class without registers and memory is memory as a whole. A class with some reads as zero
    elsewhere and ignores writes there, unless it is mappable as a whole, and memory for that.
    """

    __slots__ = ("_handles", "backing", "registers", "undeclared")

    mappable: ClassVar[bool] = False

    def __init_subclass__(
        cls, *, size: int | None = None, mappable: bool | None = None, **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        if size is not None:
            cls.size = size
        if mappable is not None:
            cls.mappable = mappable
        if cls.size:
            cls.check_definition()
        # Last: regions of a former definition of the class meet them at once.
        cls.class_hooks.define(methods_of(cls) | raw_methods(cls))
        former = defined_before(cls)
        if former is not None and issubclass(former, Bank) and _layout(former) != _layout(cls):
            text = f"{cls.__name__} has another layout, for devices that are made from now on"
            cls.class_hooks.announce(text)

    migrate = RawHook(
        "migrate",
        "Called with (dev, dropped): values, by path, of registers that a new definition lacks.",
    )

    @classmethod
    def check_definition(cls) -> None:
        """Raise DefinitionError where no region can be like this."""
        if cls.__layout__.size_needed > cls.size:
            last = cls.__layout__.registers[-1]
            raise DefinitionError(
                f"{cls.__name__}: {last.path} ends at {last.end:#x}, beyond the region's"
                f" {cls.size:#x} bytes; make size= larger"
            )
        if cls.mappable and cls.size % PAGE:
            raise DefinitionError(
                f"{cls.__name__} of {cls.size:#x} bytes cannot be mappable: only whole pages of"
                f" {PAGE:#x} bytes can be mapped"
            )

    @classmethod
    def mappable_areas(cls) -> tuple[tuple[int, int], ...]:
        """Offset and size of what a client may map."""
        if cls.mappable:
            return ((0, cls.size),)
        return tuple((m.offset, m.size) for m in cls.memories() if m.mappable)

    @classmethod
    def memories(cls) -> tuple[Memory, ...]:
        """Return the memory that has names."""
        return tuple(m for m in cls.__members__.values() if isinstance(m, Memory))

    def __init__(
        self, owner: HookOwner, index: int, name: str, others: Sequence[Part] = ()
    ) -> None:
        super().__init__(owner, index, name)
        if not self.size:
            raise DefinitionError(f"{name}: {type(self).__name__} has no size; say class …, size=N")
        if self.mappable and others:
            raise DefinitionError(
                f"{name} cannot be mappable as a whole: {others[0].label} lies in it; map an"
                " ml.Memory only, or put that in another BAR"
            )
        self.backing = Backing(name, self.size, self.mappable_areas(), self.poller)
        self.areas = () if self.mappable else self.backing.areas
        self.registers = Registers(
            self,
            (
                RegisterPart(owner, self.guard, placed, *self.backing.at(placed.offset))
                for placed in self.__layout__
            ),
        )
        self.hooks.add_registers(self.registers)
        memories = (self._plain(m.offset, m.offset + m.size, m.name) for m in self.memories())
        self.undeclared = Undeclared()
        declared = (*self.registers, *memories, *others)
        self.lay_out(fill(name, self.size, declared, self._between))
        self._handles: dict[str, Any] = {}
        self.reset()

    def _between(self, start: int, end: int) -> Part:
        """Return what lies where nothing was declared."""
        if self.mappable or not self.__members__:
            return Unnamed(start, end, *self.backing.at(start), self.undeclared)
        return Gap(start, end, self.undeclared)

    def _plain(self, start: int, end: int, label: str = "") -> Plain:
        return Plain(start, end, label, *self.backing.at(start))

    @property
    def memory(self) -> BankMemory:
        """Its bytes, to look at."""
        return BankMemory(self)

    @property
    def fd(self) -> int | None:
        """The sealed memfd that a client may map."""
        return self.backing.fd

    @classmethod
    def __bind_class__(cls, member: Member) -> Any:
        """Return what `AdderBar.CTRL` is: a place for hooks of every such region."""
        if isinstance(member, Memory):
            return SpanPlace(cls.class_hooks, Span(member.offset, member.offset + member.size))
        return bind(cls.class_hooks, member, member.name)

    def __bind__(self, member: Member) -> Any:
        """Return what `dev.bar0.CTRL` is: a live register, field, array, block or memory."""
        handle = self._handles.get(member.name)
        if handle is None:
            if isinstance(member, Memory):
                handle = self[member.offset : member.offset + member.size]
            else:
                handle = bind(self.hooks, member, member.name)
            self._handles[member.name] = handle
        return handle

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse what no class declares: a misspelt register would become an attribute."""
        declared = any(name in vars(base) for base in type(self).__mro__)
        if not declared and not name.startswith("_"):
            known = (known for known in dir(type(self)) if not known.startswith("_"))
            raise UnknownRegister(
                f"{self.name} has no register {name!r}{did_you_mean(name, known)}"
            )
        super().__setattr__(name, value)

    def reset(self) -> None:
        """Give every register its reset value; memory keeps what it holds."""
        for register in self.registers:
            register.reset()

    def succeed(self, former: "Bank", *, memory: bool = True) -> Migration[Value]:
        """Take over what a former definition holds; see carry_over.

        What nobody answered then, and is still not declared, goes on being counted.
        """
        plan = carry_over(self, former, memory=memory)
        self.undeclared.succeed(former.undeclared, self._undeclared_at)
        return plan

    def _undeclared_at(self, offset: int, size: int) -> bool:
        if offset + size > self.size:
            return False
        parts = (part for part, _, _ in self.parts_in(offset, offset + size))
        return all(isinstance(part, Gap | Unnamed) for part in parts)

    def memory_parts(self) -> dict[str, Plain]:
        """Return memory by name; a region that is memory as a whole has one without."""
        plain = (part for part in self.parts if isinstance(part, Plain))
        return {part.label: part for part in plain if part.label or not self.__members__}

    def getdoc(self) -> str:
        """Return what IPython shows for `?`."""
        return help_of_bank(self)

    def __repr__(self) -> str:
        return table(self)


def _layout(kind: type[Bank]) -> tuple[object, ...]:
    """Return what is where in the regions of a class, to be compared."""
    memories = [(memory.name, memory.offset, memory.size) for memory in kind.memories()]
    return kind.size, kind.mappable_areas(), memories, describe(kind.__layout__)
