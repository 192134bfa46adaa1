"""Registers, blocks and memory as the lines of a class body."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

from muserlab.device import Memory
from muserlab.regs import Block, Field, Member, Register, bit, bits
from muserlab.source.lines import INDENT, call, comment, fits
from muserlab.source.literals import number, string

NameOf = Callable[[Any], str]
"""What gives a class or an access type its name in the file: "Mode", "ml.RW"."""

_OPTIONS = {"self", "offset", "size", "reset", "count", "stride", "doc", "fields"}


def member_lines(
    members: Mapping[str, Member], name_of: NameOf, remarks: Mapping[str, str]
) -> list[str]:
    """Return the definition of each member, set in columns, at the left margin.

    ``remarks`` are comments on some of them.
    """
    width = max((len(name) for name in members), default=0)
    lines: list[str] = []
    for name, member in members.items():
        line = f"{name:<{width}} = "
        line += _expression(member, name_of, INDENT + line)
        if remark := remarks.get(name):
            after = f"{line}  # {remark}"
            line = after if fits(INDENT + after) else f"{comment(remark)}{line}"
        lines.append(f"{line}\n")
    return lines


def _expression(member: Member, name_of: NameOf, before: str) -> str:
    offset = number(member.offset, 2)
    if isinstance(member, Register):
        return call(name_of(member.access), [offset, *_register(member, name_of)], before)
    if isinstance(member, Block):
        arguments = [offset, name_of(member.file), *_array(member)]
        return call(name_of(Block), arguments, before)
    assert isinstance(member, Memory)
    mappable = ["mappable=True"] if member.mappable else []
    return call(name_of(Memory), [offset, number(member.size), *mappable], before)


def _array(member: Member) -> Iterator[str]:
    if member.count is not None:
        yield f"count={member.count}"
        if member.stride != member.size:
            yield f"stride={number(member.stride)}"


def _register(register: Register, name_of: NameOf) -> Iterator[str]:
    if register.size != 4:
        yield f"size={register.size}"
    yield from _array(register)
    by_fields = 0
    for field in register.fields.values():
        by_fields |= (field.reset or 0) << field.lsb
    if register.reset != by_fields:
        yield f"reset={number(register.reset, 2 * register.size)}"
    yield from _fields(register, name_of)
    if register.doc:
        yield f"doc={string(register.doc)}"


def _fields(register: Register, name_of: NameOf) -> Iterator[str]:
    """Yield the fields as options, or all in one where a name of theirs is another option's."""
    fields = {name: _field(field, register, name_of) for name, field in register.fields.items()}
    if fields.keys() & _OPTIONS:
        items = ", ".join(f"{string(name)}: {field}" for name, field in fields.items())
        yield f"fields={{{items}}}"
    else:
        yield from (f"{name}={field}" for name, field in fields.items())


def _field(field: Field, register: Register, name_of: NameOf) -> str:
    single = field.msb == field.lsb and field.enum is None
    place = [str(field.lsb)] if single else [str(field.msb), str(field.lsb)]
    if field.access is not None and field.access is not register.access:
        place.append(name_of(field.access))
    if field.reset is not None:
        place.append(f"reset={_reset(field, name_of)}")
    if field.enum is not None:
        place.append(f"enum={name_of(field.enum)}")
    if field.doc:
        place.append(f"doc={string(field.doc)}")
    return f"{name_of(bit if single else bits)}({', '.join(place)})"


def _reset(field: Field, name_of: NameOf) -> str:
    value = field.decode((field.reset or 0) << field.lsb)
    if isinstance(value, Enum) and value.name in type(value).__members__:
        return f"{name_of(type(value))}.{value.name}"
    return number(field.reset or 0)
