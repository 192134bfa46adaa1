"""Register files and regions as class statements, made from what the classes are.

A class of a cell has no retrievable source, and one that inherits has it in several places. So a
class is written from the model: all its members in one body, with the options that matter.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from muserlab.device import BAR, Bank, DeviceRegion
from muserlab.regs import Block, Register, RegisterFile
from muserlab.source.functions import defined
from muserlab.source.lines import call, indented
from muserlab.source.literals import docstring, number, string
from muserlab.source.members import NameOf, member_lines
from muserlab.source.methods import attributes, is_ours, methods, own_classes
from muserlab.source.texts import function_of


def class_statement(
    file: type[RegisterFile],
    name: str,
    name_of: NameOf,
    attribute: Callable[[str, object], str],
    remarks: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the statement that defines a register file or region under a name.

    ``attribute`` returns the assignment of what else the class has under a name, ``remarks`` are
    comments on members.
    """
    base = base_of(file)
    head = call(f"class {name}", [name_of(base), *_options(file, base)])
    body: list[str] = []
    doc = next((own.__doc__ for own in own_classes(file) if own.__doc__), None)
    if doc is not None:
        body.append(docstring(doc))
    assigned = [
        attribute(key, value)
        for key, value in attributes(file).items()
        if function_of(value) is None
    ]
    members = member_lines(file.__members__, name_of, remarks)
    body += ["".join(part) for part in (assigned, members) if part]
    body += [defined(one.text, one.marks) for one in methods(file) if one.text is not None]
    return f"{head}:\n{indented(chr(10).join(body) or 'pass' + chr(10))}"


def is_layout(value: object) -> bool:
    """Tell whether a value is a register file or region that a person wrote."""
    return isinstance(value, type) and issubclass(value, RegisterFile) and not is_ours(value)


def base_of(file: type[RegisterFile]) -> type[RegisterFile]:
    """Return the class of ours that a register file inherits from, such as BAR or RegisterFile."""
    return next(cls for cls in file.__mro__ if is_ours(cls) and issubclass(cls, RegisterFile))


def used_classes(file: type[RegisterFile]) -> Iterator[type[Any]]:
    """Yield the register files of its blocks and the enumerations of its fields."""
    for member in file.__members__.values():
        if isinstance(member, Block):
            yield member.file
        elif isinstance(member, Register):
            yield from _enumerations(member)


def _enumerations(register: Register) -> Iterator[type[Enum]]:
    return (field.enum for field in register.fields.values() if field.enum is not None)


def _options(file: type[RegisterFile], base: type[RegisterFile]) -> Iterator[str]:
    """Yield the class options that are not the base's."""
    if not (issubclass(file, Bank) and issubclass(base, Bank)):
        return
    if file.size != base.size:
        yield f"size={number(file.size)}"
    if issubclass(file, BAR) and file.shape is not None:
        if file.shape.bits != 32:
            yield f"bits={file.shape.bits}"
        if file.shape.prefetchable:
            yield "prefetchable=True"
        if file.shape.io:
            yield "io=True"
    if file.mappable != base.mappable:
        yield f"mappable={file.mappable}"
    if file.default_policy is not base.default_policy:
        yield f"policy={string(file.default_policy)}"
    if issubclass(file, DeviceRegion) and file.region_type is not None:
        kind, subtype = file.region_type
        yield f"type={number(kind)}"
        if subtype:
            yield f"subtype={number(subtype)}"
