"""The methods of a register file or region: their texts, and the registers that they are for."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from muserlab.regs import Block, Member, RegisterFile, marks_of
from muserlab.source.functions import FunctionText, text_of
from muserlab.source.texts import function_of

RAW = frozenset({"on_read", "on_write", "on_change", "migrate"})
"""Methods of these names are hooks of the whole region, and no attributes of its class any more."""

_MADE = RAW | {
    *("size", "mappable", "shape", "region_type", "default_policy", "class_hooks"),
    *("_bits", "_prefetchable", "_io"),
}
"""What class options and our own machinery leave in a class."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method, a static one, or an accessor of a property.

    ``marks`` are the places in the register file whose accesses it is for: "CTRL.on_write".
    """

    function: Any
    marks: tuple[str, ...]
    hides_another: bool

    @property
    def text(self) -> FunctionText | None:
        """What it says, decorators that mark it left out; None where that is not known."""
        return text_of(self.function, decorated=True)

    @property
    def uses_super(self) -> bool:
        """Whether it asks for the method that it takes the place of."""
        return "__class__" in inspect.unwrap(self.function).__code__.co_freevars


def own_classes(file: type[RegisterFile]) -> list[type]:
    """Return the classes that a person wrote, the register file itself first."""
    return [cls for cls in file.__mro__ if cls is not object and not is_ours(cls)]


def is_ours(cls: type) -> bool:
    """Tell whether a class is muserlab's."""
    return cls.__module__.partition(".")[0] == "muserlab"


def attributes(file: type[RegisterFile]) -> dict[str, Any]:
    """Return what its classes define besides members: constants, methods, properties."""
    found: dict[str, Any] = {}
    for cls in reversed(own_classes(file)):
        for name, value in vars(cls).items():
            dunder = name.startswith("__") and function_of(value) is None
            if dunder or name in _MADE or isinstance(value, Member):
                found.pop(name, None)
            elif value is not None or not _drops(cls, name):
                found[name] = value
    return found


def methods(file: type[RegisterFile]) -> Iterator[Method]:
    """Yield the methods that a register file has, inherited ones too."""
    for name, value in attributes(file).items():
        accessors = (value.fget, value.fset, value.fdel) if isinstance(value, property) else ()
        levels = [vars(cls)[name] for cls in own_classes(file) if name in vars(cls)]
        marks = dict.fromkeys(
            ".".join(part for part in (mark.path, mark.field, mark.verb) if part)
            for level in levels
            for mark in reversed(marks_of(level))
        )
        for function in accessors or [function_of(value)]:
            if function is not None:
                yield Method(function, tuple(marks), hides_another=len(levels) > 1)


def hook_methods(file: type[RegisterFile]) -> list[Any]:
    """Return the methods of a register file, and of its blocks', that are for accesses."""
    found = [one.function for one in methods(file) if one.marks]
    blocks = (member for member in file.__members__.values() if isinstance(member, Block))
    return found + [function for block in blocks for function in hook_methods(block.file)]


def _drops(cls: type, name: str) -> bool:
    """Tell whether a class says by None that it does not have an inherited member."""
    return any(isinstance(vars(base).get(name), Member) for base in cls.__mro__[1:])
