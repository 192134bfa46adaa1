"""Everything that code reaches: what its names stand for, and what those reach in their turn."""

import ast
import builtins
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from enum import Enum
from types import CellType, MethodType, ModuleType
from typing import Any

from muserlab.device import Definition, PCIDevice
from muserlab.regs import Value
from muserlab.source.constants import constant_statement
from muserlab.source.enums import is_plain
from muserlab.source.errors import SaveError
from muserlab.source.expressions import BRACKETS, is_literal, is_shared, shown
from muserlab.source.functions import FunctionText, text_of
from muserlab.source.imports import home_of, import_of, is_builtin, module_import
from muserlab.source.layouts import is_layout, used_classes
from muserlab.source.making import making
from muserlab.source.methods import Method, attributes, methods
from muserlab.source.scope import Scope, assigned_cells
from muserlab.source.texts import (
    class_text,
    function_of,
    own_functions,
    texts_around,
)
from muserlab.source.uses import uses

Trail = tuple[str, ...]
NOWHERE = Scope({}, {})
"""The scope of what was given to a device, not named by code."""

_MODULE = "import it where the file will be, under its own name"
_CLASS = "define it in a cell or a file, not by a call"
_FUNCTION = "define it with def, in a cell or a file"
_SUPER = "name the class whose method is meant: Base.method(…)"
_VARIABLE = "keep it on dev.state, or in a list that both use"
_DEVICE = "a file is saved of one device: write one of both by hand"
_VALUE = "make it in a hook such as on_connect and keep it on dev.state, or import it from a module"


@dataclass(frozen=True, slots=True)
class Need:
    """What a name has to stand for in the file.

    ``statement`` is the import or the assignment that does it, if the session has one, ``order``
    tells which assignment was written first; ``trail`` is who needs it.
    """

    value: Any
    statement: str
    trail: Trail
    order: tuple[int, int] = (1, 0)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the function around another one, which may be a name of the file too."""

    function: int
    name: str
    need: Need
    assigned: bool


class Reach:
    """Follows code to everything that it needs, and tells what has no form as text.

    ``names`` are those that code looks up. ``things`` are classes, functions, modules and shared
    data, by identity, which need a name whatever it is. ``own`` are the variables that a function,
    by identity, has for itself. ``annotations_wait`` tells that some are not worked out when a
    function is defined (PEP 563). ``is_part`` tells what belongs to the device; names of the module
    that is ``at_hand`` need nothing.
    """

    def __init__(
        self, is_part: Callable[[object], bool], at_hand: Mapping[str, object] | None = None
    ) -> None:
        self.names: dict[str, Need] = {}
        self.things: dict[int, Any] = {}
        self.own: dict[int, dict[str, Any]] = {}
        self.undefined: set[str] = set()
        self.annotations_wait = False
        self._is_part = is_part
        self._at_hand = at_hand
        self._met: dict[int, Any] = {}
        self._coded: dict[int, Any] = {}
        self._files: dict[int, str] = {}
        self._variables: list[Variable] = []
        self._cells: dict[int, list[tuple[CellType, Trail, bool]]] = {}
        self._known_texts: dict[str, list[tuple[str, ast.Module]]] = {}

    # -- values ------------------------------------------------------------------------------------

    def follow(self, value: Any, scope: Scope, trail: Trail) -> None:
        """Follow a value to all that its expression needs; raises SaveError."""
        if is_literal(value) or is_builtin(value) or self._is_part(value):
            return
        if id(value) in self._met:
            return
        self._met[id(value)] = value
        if isinstance(value, ModuleType):
            self._module(value, trail)
        elif isinstance(value, type):
            self._class(value, scope, trail)
        elif inspect.isbuiltin(value) or inspect.isfunction(_unwrapped(value)):
            self._function(value, trail)
        else:
            for component in _components(value, trail):
                self.follow(component, scope, trail)

    def _module(self, module: ModuleType, trail: Trail) -> None:
        self.things[id(module)] = module
        if not module_import("module", module):
            raise SaveError(trail, f"no import finds the module {module.__name__}", _MODULE)

    def _function(self, function: Any, trail: Trail) -> None:
        self.things[id(function)] = function
        if home_of(function) is None:
            self.code(function, text_of(function), trail)

    def _class(self, cls: type[Any], scope: Scope, trail: Trail) -> None:
        self.things[id(cls)] = cls
        if is_layout(cls):
            for used in used_classes(cls):
                self.follow(used, scope, (*trail, cls.__name__))
            for name, value in attributes(cls).items():
                if function_of(value) is None:
                    self.follow(value, scope, (*trail, f"{cls.__name__}.{name}"))
            for method in methods(cls):
                self._method(cls, method, (*trail, method.function.__qualname__))
        elif home_of(cls) is None:
            if issubclass(cls, Enum) and is_plain(cls):
                for part in (*cls.__bases__, *(member.value for member in cls)):
                    self.follow(part, scope, (*trail, cls.__name__))
            else:
                self._class_of_the_session(cls, scope, trail)

    def _method(self, cls: type[Any], method: Method, trail: Trail) -> None:
        """Follow what a method of a layout uses; names of the class are there already."""
        if method.text is None:
            raise SaveError(trail, "its source is not known", _FUNCTION)
        if method.hides_another and method.uses_super:
            raise SaveError(trail, "a class is written with what it inherits: no super()", _SUPER)
        self._names(method.text.all, Scope.of(method.function), trail, known=dir(cls))

    def _class_of_the_session(self, cls: type, scope: Scope, trail: Trail) -> None:
        self._files[id(cls)] = scope.filename
        text, filename = class_text(cls, scope.filename)
        if not text:
            raise SaveError(trail, f"the source of the class {cls.__name__} is not known", _CLASS)
        scopes = map(Scope.of, own_functions(cls).values())
        around = next((one for one in scopes if one.filename == filename), scope)
        self._names(text, around, (*trail, cls.__name__))

    # -- code --------------------------------------------------------------------------------------

    def code(self, function: Any, text: FunctionText | None, trail: Trail) -> None:
        """Follow what a function's text uses; raises SaveError, also where there is none."""
        if text is None:
            name = getattr(function, "__name__", repr(function))
            raise SaveError(trail, f"the source of {name} is not known", _FUNCTION)
        if id(function) in self._coded:
            return
        self._coded[id(function)] = function
        scope = Scope.of(function)
        self._names(text.within(tuple(scope.cells)), scope, trail)
        assigned = assigned_cells(function)
        for name, cell in scope.cells.items():
            self._cells.setdefault(id(cell), []).append((cell, trail, name in assigned))
            if scope.closes_over(name):
                need = self._need(name, scope, (*trail, name))
                self._variables.append(Variable(id(function), name, need, name in assigned))

    def _names(self, text: str, scope: Scope, trail: Trail, known: Collection[str] = ()) -> None:
        """Follow the names that a text uses, but for those that are known where it stands."""
        self.annotations_wait |= scope.annotations_wait
        if scope.globals is self._at_hand:
            known = {*known, *scope.globals}
        for name in sorted(uses(text).names - {*scope.cells, *known}):
            if scope.knows(name) and not _is_that_builtin(name, scope.value(name)):
                self.name(name, scope, trail)
            elif not scope.is_given(name):
                self.undefined.add(name)

    def name(self, name: str, scope: Scope, trail: Trail) -> None:
        """Let a name stand for what it stands for in a scope; raises SaveError."""
        known, value = self.names.get(name), scope.value(name)
        if known is None:
            self.names[name] = Need(value, "", trail)  # first, as code may come back to it
            self.names[name] = self._need(name, scope, (*trail, name))
        elif not _same(known.value, value):
            problem = f"{name} is {shown(value)} here, {shown(known.value)} in {known.trail[0]}"
            raise SaveError((*trail, name), problem, "a file has one of each name: rename one")

    def _need(self, name: str, scope: Scope, trail: Trail) -> Need:
        value = scope.value(name)
        if self._is_part(value):
            return Need(value, "", trail)
        texts = self._texts(scope.filename)
        if not is_layout(value):  # layouts are written, wherever they come from
            statement = import_of(name, value, (tree for _, tree in texts))
            if statement:
                return Need(value, statement, trail)
        self.follow(value, scope, trail)
        if isinstance(value, type) or callable(value):
            return Need(value, "", trail)
        statement, order = constant_statement(name, value, scope, texts)
        if statement:
            self._names(statement, scope, trail)
        return Need(value, statement, trail, order)

    @property
    def functions(self) -> list[Any]:
        """Return the functions that have to be defined."""
        return [thing for thing in self.things.values() if id(thing) in self._coded]

    def file_of(self, cls: type) -> str:
        """Return the file or cell that first used a class."""
        return self._files[id(cls)]

    def attempt(self, value: Any, trail: Trail) -> bool:
        """Follow a value if that is possible; if it is not, be as before."""
        before = {name: copy(kept) for name, kept in vars(self).items()}
        try:
            self.follow(value, NOWHERE, trail)
        except SaveError:
            vars(self).update(before)
            return False
        return True

    def settle(self) -> None:
        """Decide which variables of functions around others become names of the file.

        Data that a function alone has stays its own, and so does a name that is taken.
        """
        for shared in self._cells.values():
            if len(shared) > 1 and any(assigned for _, _, assigned in shared):
                trail = shared[0][1]
                raise SaveError(trail, f"shares a variable with {shared[1][1][0]}", _VARIABLE)
        for one in self._variables:
            taken = self.names.get(one.name)
            if one.assigned or is_literal(one.need.value):
                self.own.setdefault(one.function, {})[one.name] = one.need.value
            elif taken is None or taken.value is one.need.value:
                self.names[one.name] = one.need
            else:
                self.own.setdefault(one.function, {})[one.name] = one.need.value
                if is_shared(one.need.value):
                    self.things[id(one.need.value)] = one.need.value

    def _texts(self, filename: str) -> list[tuple[str, ast.Module]]:
        if filename not in self._known_texts:
            self._known_texts[filename] = list(texts_around(filename))
        return self._known_texts[filename]


def follow_definition(reach: Reach, definition: Definition) -> None:
    """Follow what a device is made of to all that its constructor's call needs."""
    for name, value in definition.given.items():
        parts: list[Any] = [*value] if isinstance(value, list | tuple) else [value]
        for part in parts:
            reach.follow(part, NOWHERE, (definition.name, name))


def _components(value: Any, trail: Trail) -> Iterator[Any]:
    """Yield what the expression of a value is made of; raises SaveError where there is none."""
    if isinstance(value, Value):
        return
    if isinstance(value, Enum):
        yield type(value)
    elif type(value) in BRACKETS:
        yield from value
    elif type(value) is dict:
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, MethodType):
        yield value.__self__
    elif (made := making(value)) is not None:
        yield made.function
        yield from made.arguments
        yield from made.options.values()
    elif isinstance(value, PCIDevice):
        raise SaveError(trail, f"{value.name} is another device", _DEVICE)
    else:
        raise SaveError(trail, f"{shown(value)} has no form as source text", _VALUE)


def _unwrapped(value: Any) -> Any:
    return inspect.unwrap(value) if callable(value) else value


def _is_that_builtin(name: str, value: Any) -> bool:
    """Tell whether a name is a builtin's after all, as `open` is that IPython wraps."""
    return hasattr(builtins, name) and _unwrapped(value) is getattr(builtins, name)


def _same(one: Any, other: Any) -> bool:
    return one is other or (is_literal(one) and type(one) is type(other) and one == other)
