"""Values as expressions."""

import math
from collections.abc import Callable, Iterable
from enum import Enum, Flag
from types import MethodType
from typing import Any

from muserlab.regs import Value
from muserlab.source.lines import call, display
from muserlab.source.literals import octets, string
from muserlab.source.making import kind_of, making

BRACKETS: dict[type, str] = {list: "[]", tuple: "()", set: "{}"}
"""Containers that have a display."""


class Unwritable(Exception):
    """A value has no expression; `value` is the innermost one that has none."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{shown(value)} has no expression")
        self.value = value


class Expressions:
    """Writes values, given how things are called that have a name.

    ``name_of`` returns the name of a class, a function, a module, a part of the device, or of data
    that is shared under a name; None for what has none. ``register_of`` returns the expression of
    the register that a Value is one of, None where it is none of the device's.
    """

    def __init__(
        self,
        name_of: Callable[[object], str | None],
        register_of: Callable[[Value], str | None],
    ) -> None:
        self._name_of = name_of
        self._register_of = register_of

    def of(self, value: Any, before: str = "", *, anew: bool = False) -> str:
        """Return the expression of a value, which follows other text on its line.

        With ``anew`` it is not called by its name: it is what the name is about to be bound to.
        Raises Unwritable.
        """
        name = None if anew else self._name_of(value)
        if name is not None:
            return name
        text = literal(value)
        if text is not None:
            return text
        if isinstance(value, Value):
            return self._value(value)
        if isinstance(value, Enum):
            return self._member(value)
        kind = kind_of(value)
        if kind in BRACKETS:
            return self._container(value, before)
        if kind is dict:
            return self._mapping(value, before)
        if isinstance(value, MethodType):
            return f"{self.of(value.__self__)}.{value.__name__}"
        made = making(value)
        if made is None:
            raise Unwritable(value)
        arguments = [self.of(argument) for argument in made.arguments]
        options = [f"{name}={self.of(option)}" for name, option in made.options.items()]
        return call(self.of(made.function), [*arguments, *options], before)

    def _container(self, value: Iterable[Any], before: str) -> str:
        elements = [self.of(element) for element in value]
        if isinstance(value, set):
            return display("{}", sorted(elements), before) if elements else "set()"
        return display(BRACKETS[kind_of(value)], elements, before)

    def _mapping(self, value: dict[Any, Any], before: str) -> str:
        items = [f"{self.of(key)}: {self.of(item)}" for key, item in value.items()]
        return display("{}", items, before)

    def _member(self, value: Enum) -> str:
        """Return an enumeration's member; a combination of flags as its number."""
        kind = self.of(type(value))
        if value.name in type(value).__members__:
            return f"{kind}.{value.name}"
        if isinstance(value, Flag):
            return f"{kind}({value.value})"
        raise Unwritable(value)

    def _value(self, value: Value) -> str:
        register = self._register_of(value)
        if register is None:
            return f"{value:#x}"
        index = f", {value.index}" if value.index else ""
        return f"{register}.value({value:#x}{index})"


def shown(value: object) -> str:
    """Return a value as messages show it, in less than a line."""
    return f"{value!r:.60}".partition("\n")[0]


def is_literal(value: object) -> bool:
    """Tell whether a value is written by itself, and needs no name of anything."""
    return literal(value) is not None


def is_shared(value: object) -> bool:
    """Tell whether a value is data that can change: two that use it mean the same one."""
    return type(value).__hash__ is None


def literal(value: Any) -> str | None:
    """Return the text of a number, string, bytes, a truth value, None or an ellipsis."""
    if value is None or value is ... or type(value) in (bool, int, complex):
        return "..." if value is ... else repr(value)
    if type(value) is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if type(value) is str:
        return string(value)
    return octets(value) if type(value) is bytes else None
