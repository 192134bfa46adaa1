"""The statements that define what code needs: constants, enumerations, layouts, other classes."""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType, ModuleType
from typing import Any

from muserlab.source.enums import enum_statement, is_plain
from muserlab.source.expressions import Expressions, is_shared
from muserlab.source.imports import is_import
from muserlab.source.layouts import class_statement, is_layout
from muserlab.source.naming import Naming
from muserlab.source.reach import Need, Reach
from muserlab.source.statements import Statement
from muserlab.source.texts import class_text


class Definitions:
    """Writes what a reach has found; functions are written by who knows their hooks.

    ``remarks`` are comments on members of layouts, by their identity.
    """

    def __init__(
        self,
        reach: Reach,
        naming: Naming,
        write: Expressions,
        remarks: Mapping[int, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._reach = reach
        self._remarks = remarks
        self._naming = naming
        self._write = write

    def constants(self) -> Iterator[Statement]:
        """Yield the assignments of data and of other names of things, as lines."""
        for name, need in sorted(self._reach.names.items(), key=lambda item: item[1].order):
            text = self._assignment(name, need)
            if text:
                yield Statement(text, name, line=True)
        for thing in self._naming.here:
            name = self._naming.must(thing)
            if is_shared(thing) and name not in self._reach.names:
                yield Statement(f"{name} = {self._write.of(thing, anew=True)}\n", name, line=True)

    def classes(self) -> Iterator[Statement]:
        """Yield the class statements."""
        for thing in self._naming.here:
            if isinstance(thing, type):
                name = self._naming.must(thing)
                yield Statement(self._class(thing, name), name)

    def _assignment(self, name: str, need: Need) -> str:
        """Return what binds a name, or nothing where an import or a definition does."""
        value = need.value
        known = self._naming.of(value)
        if isinstance(value, ModuleType) or is_import(need.statement):
            return ""
        if known is not None and known != name:
            return f"{name} = {known}\n"
        if known is not None and not is_shared(value):
            return ""
        return need.statement or f"{name} = {self._write.of(value, f'{name} = ', anew=True)}\n"

    def _class(self, cls: type[Any], name: str) -> str:
        must = self._naming.must
        if is_layout(cls):
            remarks = self._remarks.get(id(cls), {})
            return class_statement(cls, name, must, self._attribute, remarks)
        if issubclass(cls, Enum) and is_plain(cls):
            return enum_statement(cls, name, must, self._write.of)
        text, _ = class_text(cls, self._reach.file_of(cls))
        head, _, rest = text.partition(f"class {cls.__name__}")
        return f"{head}class {name}{rest}"

    def _attribute(self, name: str, value: object) -> str:
        return f"{name} = {self._write.of(value, f'{name} = ')}\n"
