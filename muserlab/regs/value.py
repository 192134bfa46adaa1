"""Values: ints that know the fields of the register they were in."""

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from muserlab.regs.errors import UnknownField, did_you_mean

if TYPE_CHECKING:
    from muserlab.regs.register import Register


class Value(int):
    """A register's value: an int whose attributes are the register's fields.

    Made by ``Register.value``; each register has its own subclass, with a property a field, so
    that making one costs no more than making an int.  Arithmetic gives plain ints.
    """

    _register: ClassVar["Register"]
    _on_bus: int
    index: tuple[int, ...] = ()
    """Which element it was in, where the register or a block round it is an array."""
    _path: str = ""
    """Its name in a layout, such as ``CH[2].CTRL``, where it stands inside of a block."""

    @property
    def written(self) -> "Value":
        """The bits as the bus carried them, 0 in bytes that were not written.

        Of the new value that a register's on_write hook gets; no other value has it.
        """
        if "_on_bus" not in vars(self):
            raise AttributeError  # __getattr__ tells why
        return self._register.value(self._on_bus, self.index, self._path)

    def fields(self) -> dict[str, int | Enum]:
        """Return every field's value by name, in the order of the definition."""
        return {field.name: value for field, value in self._register.decode(self)}

    def replace(self, /, **fields: int | Enum) -> "Value":
        """Return the value with some fields changed.

        Raises UnknownField, and ValueError where a field's value is out of range.
        """
        changed = self._register.encode(int(self), **fields)
        return self._register.value(changed, self.index, self._path)

    def carry(self, on_bus: int) -> "Value":
        """Remember what the bus carried, for `written`; return itself."""
        self._on_bus = on_bus
        return self

    def __getattr__(self, name: str) -> Any:
        if name == "written":
            raise AttributeError(
                f"this value of {self._register} has no .written: only the new value that the"
                " register's on_write hook gets has"
            )
        known = [field for field in self._register.fields if not name.startswith("_")]
        raise UnknownField(f"{self._register} has no field {name!r}{did_you_mean(name, known)}")

    def __repr__(self) -> str:
        register = self._register
        name = self._path or register.name + "".join(f"[{i}]" for i in self.index)
        shown = ", ".join(f"{name}={_show(value)}" for name, value in self.fields().items())
        digits = f"0x{int(self):0{2 * register.size}x}"
        return f"{name}={digits}" + (f" ({shown})" if shown else "")

    # As with enum.IntEnum: text made from a value is the number's, only the repr is telling.
    __str__ = int.__repr__


def locate(value: Value, index: tuple[int, ...], path: str) -> Value:
    """Tell a value which element it was in, and its name inside of a block; return it."""
    if index:
        value.index = index
    if path:
        vars(value)["_path"] = path  # a public name could be a field
    return value


def value_class(register: "Register") -> type[Value]:
    """Make the subclass of Value that has ``register``'s fields as properties."""
    fields = register.fields.values()
    getters = {field.name: property(field.decode, doc=field.doc) for field in fields}
    return type("Value", (Value,), {"_register": register, **getters})


def _show(value: int | Enum) -> str:
    if isinstance(value, Enum):
        return value.name or str(value.value)  # no flag set: a member without a name
    return f"{value:#x}" if value > 9 else f"{value}"
