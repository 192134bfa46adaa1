"""What everything is called in a file: names that code looks up are given, others are found."""

import inspect
import keyword
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from types import ModuleType
from typing import Any

import muserlab
from muserlab.device import PASS
from muserlab.regs import Access, Register, RegisterFile, Value
from muserlab.source.expressions import is_shared
from muserlab.source.imports import home_of, is_builtin, is_import, module_import
from muserlab.source.layouts import is_layout
from muserlab.source.parts import Parts
from muserlab.source.reach import Need
from muserlab.source.session import Session


class Naming:
    """The names of a file.

    ``names`` are those that code looks up, ``taken`` others that are used, ``session`` has those
    that need no definition. ``ml`` is what muserlab is called, ``device`` what the device is;
    ``imports`` are the statements that names come from, ``here`` is what the file has to define:
    classes, functions, and data that can change.
    """

    def __init__(
        self,
        parts: Parts,
        names: Mapping[str, Need],
        taken: Iterable[str] = (),
        session: Session | None = None,
    ) -> None:
        self._parts = parts
        self._session = Session() if session is None else session
        self._taken = {*names, *taken, *self._session.taken}
        self._names = names
        self._by_id: dict[int, str] = {}
        self.imports: list[str] = []
        self.here: list[Any] = []
        for name, need in names.items():
            self._give(name, need)
        self.ml = self._module(muserlab, "ml")
        known = [name for name, need in names.items() if parts.path(need.value) == ""]
        self.device = known[0] if known else parts.known_as(self._session) or self.free("dev")

    def _give(self, name: str, need: Need) -> None:
        """Let what a name stands for be called so, or by its own name where that is free."""
        value = need.value
        if is_import(need.statement):
            self.imports.append(need.statement)
            self._by_id.setdefault(id(value), name)
        elif isinstance(value, ModuleType):
            self.imports.append(module_import(name, value))
            self._by_id.setdefault(id(value), name)
        elif _is_defined(value) and value not in self._parts and id(value) not in self._by_id:
            own = name if is_shared(value) else _own_name(value)
            self._by_id[id(value)] = own if own == name or self._can_have(own, value) else name
            self._taken.add(self._by_id[id(value)])
            self.here.append(value)

    def _can_have(self, name: str, value: Any) -> bool:
        need = self._names.get(name)
        free = name not in self._taken if need is None else need.value is value
        return free and name.isidentifier()

    def add(self, thing: Any) -> None:
        """Find a name for a class, a function, a module or data, if it has none."""
        if self.of(thing) is not None:
            return
        home = None if is_layout(thing) else home_of(thing)
        if isinstance(thing, ModuleType):
            self._module(thing, _own_name(thing))
        elif home is not None:
            module, name = home
            self._by_id[id(thing)] = f"{self._module(sys.modules[module], module)}.{name}"
        else:
            self._by_id[id(thing)] = self.free(_own_name(thing))
            self.here.append(thing)

    def of(self, value: Any) -> str | None:
        """Return what a value is called, None if it has no name."""
        path = self._parts.path(value)
        if path is not None:
            return self.device + path
        if (public := _public_name(value)) is not None:
            return f"{self.ml}.{public}"
        if is_builtin(value):
            return str(value.__name__)
        if (name := self._session.name(value)) is not None:
            return name
        return self._by_id.get(id(value)) if _is_defined(value) else None

    def must(self, value: Any) -> str:
        """Return what a value is called that was named."""
        name = self.of(value)
        assert name is not None, value
        return name

    def register_of(self, value: Value) -> str | None:
        """Return the expression of the register that a Value was in, if the file has it."""
        for file in self.here:
            if isinstance(file, type) and issubclass(file, RegisterFile):
                for name, member in file.__members__.items():
                    if isinstance(member, Register) and type(member.value(0)) is type(value):
                        return f'{self.must(file)}.__members__["{name}"]'
        return None

    def free(self, wanted: str) -> str:
        """Return a name that nothing has, and take it: the wanted one, or with a number."""
        wanted = wanted if wanted.isidentifier() and not keyword.iskeyword(wanted) else "thing"
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def _module(self, module: ModuleType, wanted: str) -> str:
        """Return what a module is called; import it, under the wanted name if that is free."""
        if (known := self._session.name(module)) is not None:
            return known
        if id(module) not in self._by_id:
            free = wanted.partition(".")[0] not in self._taken
            name = wanted if free else self.free(wanted.replace(".", "_"))
            self._taken.add(name.partition(".")[0])
            self._by_id[id(module)] = name
            self.imports.append(module_import(name, module))
        return self._by_id[id(module)]


def _is_defined(value: Any) -> bool:
    """Tell whether a value is something that has a definition, or is one thing that can change."""
    return (
        isinstance(value, type | ModuleType)
        or inspect.isroutine(value)
        or (inspect.isfunction(_unwrapped(value)) or is_shared(value))
    )


def _unwrapped(value: Any) -> Any:
    return inspect.unwrap(value) if callable(value) else value


def _own_name(value: Any) -> str:
    name = getattr(value, "__name__", type(value).__name__)
    return str(name).rpartition(".")[2]


def _public_name(value: Any) -> str | None:
    """Return the name under which `import muserlab` gives a value."""
    if value is PASS:
        return "PASS"
    if isinstance(value, Access):
        return value.value
    name = getattr(value, "__name__", "") if not isinstance(value, Enum) else ""
    is_ours = str(getattr(value, "__module__", "")).partition(".")[0] == "muserlab"
    public = is_ours and name in muserlab.__all__ and getattr(muserlab, name) is value
    return name if public else None
