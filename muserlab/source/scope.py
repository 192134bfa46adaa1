"""Where a function looks names up: its closure, its globals, the builtins."""

import __future__

import builtins
import dis
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CellType, CodeType
from typing import Any

_OF_EVERY_MODULE = {"__name__", "__file__", "__doc__", "__builtins__", "__class__"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names around a definition, and the file or cell that it was written in."""

    cells: Mapping[str, CellType]
    globals: Mapping[str, Any]
    filename: str = ""
    annotations_wait: bool = False

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Scope":
        """Return the scope of a function that was written in Python."""
        raw: Any = inspect.unwrap(function)
        cells = dict(zip(raw.__code__.co_freevars, raw.__closure__ or (), strict=True))
        waits = bool(raw.__code__.co_flags & __future__.annotations.compiler_flag)
        return cls(cells, raw.__globals__, raw.__code__.co_filename, waits)

    def knows(self, name: str) -> bool:
        """Tell whether a name is more than a builtin, or what every module has."""
        return name not in _OF_EVERY_MODULE and (self.closes_over(name) or name in self.globals)

    def is_given(self, name: str) -> bool:
        """Tell whether a file has a name without defining it."""
        return name in _OF_EVERY_MODULE or hasattr(builtins, name)

    def closes_over(self, name: str) -> bool:
        """Tell whether a name is a variable, with a value, of the function around."""
        return name in self.cells and _is_full(self.cells[name])

    def value(self, name: str) -> Any:
        """Return what a name stands for now; raises KeyError where it stands for nothing."""
        if self.closes_over(name):
            return self.cells[name].cell_contents
        return self.globals[name]


def assigned_cells(function: Callable[..., Any]) -> set[str]:
    """Return the variables of the function around that a function says `nonlocal` of."""
    code: CodeType = inspect.unwrap(function).__code__
    return _assigned(code) & set(code.co_freevars)


def _assigned(code: CodeType) -> set[str]:
    stored = {
        str(step.argval)
        for step in dis.get_instructions(code)
        if step.opname in ("STORE_DEREF", "DELETE_DEREF")
    }
    own = set(code.co_cellvars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            stored |= _assigned(constant) - own
    return stored


def _is_full(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - it raises where nothing was assigned yet
    except ValueError:
        return False
    return True
