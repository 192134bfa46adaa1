"""Registers: bits with access types, resets and named fields."""

import dataclasses
import keyword
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from muserlab.regs.access import Access
from muserlab.regs.errors import LayoutError, UnknownField, did_you_mean
from muserlab.regs.field import Field
from muserlab.regs.mark import Markable, Nested
from muserlab.regs.member import Member
from muserlab.regs.placed import Placed
from muserlab.regs.value import Value, locate, value_class

_VERBS = {"peek", "poke", "on_read", "on_write"}
_RESERVED = _VERBS | {"written", *(name for name in dir(Value) if not name.startswith("_"))}


class Register(Markable, Member):
    """A register's definition: it holds no value, it says what happens to one.

    Values and masks are positioned in the whole register, bit 0 the least significant bit of its
    first byte; ``lanes`` is a mask with every bit of the bytes that an access touches.
    """

    def __init__(
        self,
        access: Access,
        offset: int,
        *,
        size: int = 4,
        reset: int | None = None,
        count: int | None = None,
        stride: int | None = None,
        doc: str = "",
        fields: Mapping[str, Field] | None = None,
    ) -> None:
        """Define a register; calling an access type is the usual way to do so."""
        options = {"size": size, "reset": reset, "count": count, "stride": stride, "doc": doc}
        _tell_apart(offset, options, fields or {})
        super().__init__(offset, size, count, stride)
        if size not in (1, 2, 4, 8):
            raise LayoutError(f"{self}: size {size} is not 1, 2, 4 or 8 bytes")
        self.access = access
        self.doc = doc
        self.mask = (1 << 8 * size) - 1
        self.fields = self._named(fields or {})
        self.reset = self._agreed_reset(reset)

        self._readable = self.mask & ~self._bits_that_are(Access.WO)
        self._storing = self._bits_that_are(Access.RW, Access.WO)
        self._one_clears = self._bits_that_are(Access.W1C, Access.RW1C)
        self._one_sets = self._bits_that_are(Access.W1S)
        self._read_clears = self._bits_that_are(Access.RC)

    @cached_property
    def value_class(self) -> type[Value]:
        """The class of its values, made when the first one is: a class is large."""
        return value_class(self)

    # What a guest does.

    def read(self, stored: int, lanes: int) -> tuple[int, int]:
        """Return what a read of ``lanes`` gives, and what is stored after it.

        The value is the whole register's: which bytes of it travel is the caller's business.
        """
        return stored & self._readable, stored & ~(self._read_clears & lanes)

    def write(self, stored: int, written: int, lanes: int) -> int:
        """Return what is stored after ``written`` was written to ``lanes``."""
        written &= lanes
        storing = self._storing & lanes
        kept = stored & ~storing & ~(written & self._one_clears)
        return kept | written & (storing | self._one_sets)

    # What a person or a hook does.

    def value(self, stored: int, index: tuple[int, ...] = (), path: str = "") -> Value:
        """Return ``stored`` as a Value, whose attributes are this register's fields."""
        return locate(self.value_class(stored), index, path)

    def encode(self, base: int, /, **fields: int | Enum) -> int:
        """Return ``base`` with some fields changed, whatever their access types.

        Raises UnknownField, and ValueError where the base or a field's value is out of range.
        """
        if not 0 <= base <= self.mask:
            raise ValueError(f"{self}: {base:#x} does not fit its {self.size} bytes")
        for name, value in fields.items():
            field = self.fields.get(name)
            if field is None:
                raise UnknownField(f"{self} has no field {name!r}{did_you_mean(name, self.fields)}")
            raw = field.raw(value)
            if not 0 <= raw <= field.limit:
                raise ValueError(
                    f"{self}: {name}={raw} does not fit bits {field.bits} (0 to {field.limit:#x})"
                )
            base = base & ~field.mask | raw << field.lsb
        return base

    def decode(self, stored: int) -> list[tuple[Field, int | Enum]]:
        """Return every field with its value, in the order of the definition."""
        return [(field, field.decode(stored)) for field in self.fields.values()]

    def place(self) -> Iterator[Placed]:
        """Yield each element of it, placed in the register file."""
        for path, offset, index in self.elements():
            yield Placed(path, self, offset, index)

    def named(self, name: str, root: Member, below: str, /) -> Nested:
        """Return a field, for marks."""
        if name not in self.fields:
            raise UnknownField(f"{self} has no field {name!r}{did_you_mean(name, self.fields)}")
        return Nested(root, self, below, name)

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name}[{field.bits}]" for field in self.fields.values())
        array = "" if self.count is None else f" x {self.count}"
        return f"<{self}{array}: {self.access}, {self.size} bytes{fields and f', {fields}'}>"

    # Making the tables.

    def _named(self, fields: Mapping[str, Field]) -> Mapping[str, Field]:
        """Give every field its name and access type; refuse bad names, misfits and overlaps."""
        named: dict[str, Field] = {}
        claimed: dict[int, str] = {}
        for name, field in fields.items():
            self._check_name(name)
            if field.msb >= 8 * self.size:
                raise LayoutError(
                    f"{self}: field {name!r} (bits {field.bits}) does not fit its"
                    f" {8 * self.size} bits"
                )
            for n in range(field.lsb, field.msb + 1):
                if n in claimed:
                    raise LayoutError(
                        f"{self}: fields {claimed[n]!r} and {name!r} overlap at bit {n}"
                    )
                claimed[n] = name
            named[name] = dataclasses.replace(field, name=name, access=field.access or self.access)
        return MappingProxyType(named)

    def _check_name(self, name: str) -> None:
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            raise LayoutError(f"{self}: {name!r} cannot be a field's name: not an attribute's name")
        if name in _RESERVED:
            raise LayoutError(
                f"{self}: {name!r} cannot be a field's name: values and live registers"
                " use it themselves"
            )

    def _agreed_reset(self, reset: int | None) -> int:
        """Join the register's reset with those of its fields; refuse a contradiction."""
        joined = 0 if reset is None else reset
        if not 0 <= joined <= self.mask:
            raise LayoutError(f"{self}: reset {joined:#x} does not fit its {self.size} bytes")
        for name, field in self.fields.items():
            if field.reset is None:
                continue
            if reset is not None and field.extract(reset) != field.reset:
                raise LayoutError(
                    f"{self}: reset {reset:#x} gives field {name!r}"
                    f" {field.extract(reset):#x}, but its own reset is {field.reset:#x}"
                )
            joined |= field.reset << field.lsb
        return joined

    def _bits_that_are(self, *accesses: Access) -> int:
        mask = self.mask if self.access in accesses else 0
        for field in self.fields.values():
            mask = mask | field.mask if field.access in accesses else mask & ~field.mask
        return mask


def _tell_apart(offset: int, options: Mapping[str, object], fields: Mapping[str, object]) -> None:
    """Refuse a field in an option's place, as in ``reset=bit(3)``, and what is neither."""
    for name, given in options.items():
        if isinstance(given, Field):
            raise LayoutError(
                f"register at {offset:#x}: {name!r} is an option; for a field of that name,"
                f" write fields={{{name!r}: ...}}"
            )
    for name, given in fields.items():
        if not isinstance(given, Field):
            raise LayoutError(
                f"register at {offset:#x}: {name}={given!r} is no field, nor is {name!r} an option"
                f"{did_you_mean(name, options)}"
            )
