"""Enumerations as class statements, made from their members."""

from collections.abc import Callable
from enum import Enum, Flag
from typing import Any

from muserlab.source.lines import call, indented
from muserlab.source.literals import docstring
from muserlab.source.texts import own_functions


def is_plain(kind: type[Enum]) -> bool:
    """Tell whether an enumeration is its members and nothing else: it has no methods."""
    return not own_functions(kind)


def enum_statement(
    kind: type[Enum], name: str, name_of: Callable[[Any], str], expression: Callable[[Any], str]
) -> str:
    """Return the statement that defines an enumeration under a name; aliases are members too."""
    bases = [name_of(base) for base in kind.__bases__]
    if issubclass(kind, Flag) and (boundary := _boundary(kind)) is not _boundary(
        kind.__bases__[-1]
    ):
        bases.append(f"boundary={expression(boundary)}")
    body = docstring(kind.__doc__) if kind.__doc__ else ""
    for member, value in kind.__members__.items():
        body += f"{member} = {expression(value.value)}\n"
    return f"{call(f'class {name}', bases)}:\n{indented(body or 'pass' + chr(10))}"


def _boundary(kind: type) -> object:
    """Return what a kind of flags makes of bits that it does not know."""
    return vars(kind).get("_boundary_")
