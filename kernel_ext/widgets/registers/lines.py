"""A register as the page gets it: in one line of the table, and in full."""

import enum
from collections.abc import Iterator
from typing import Any

import muserlab as ml

from ..accesses import Accesses
from .changes import Seen
from .listing import Group

MOST_FIELDS = 16  # in a line; the closer look has all of them


def shown(value: int | enum.Enum) -> str:
    """Return a field's value as people write it: a member's name, or a number."""
    if isinstance(value, enum.Enum):
        return value.name or str(value.value)  # no flag set: a member without a name
    return f"{value:#x}" if value > 9 else f"{value}"


def digits(value: int, size: int) -> str:
    """Return a register's value with all its hexadecimal digits."""
    return f"0x{value:0{2 * size}x}"


def hooks_of(part: ml.RegisterPart) -> Iterator[tuple[str, ml.Version]]:
    """Yield the hooks that an access meets: their names within the register, and versions."""
    for hook in part.hooks:
        place, _, verb = hook.name.rpartition(".")
        field = place.rpartition(".")[2]
        name = f"{field}.{verb}" if field in part.placed.register.fields else verb
        if (version := hook.current) is not None:
            yield name, version


def heading(group: Group) -> Any:
    """Return the line above a group."""
    return {"group": group.title, "count": group.count, "closed": group.closed}


def line_of(part: ml.RegisterPart, seen: Seen, accesses: Accesses, pinned: bool) -> Any:
    """Return a register's line of the table."""
    register = part.placed.register
    fields = register.decode(seen.value)
    return {
        "key": part.label,
        "offset": f"{part.start:#06x}",
        "access": str(register.access),
        "value": digits(seen.value, part.placed.size),
        "fields": [
            [field.name, shown(value), not field.raw(value)]
            for field, value in fields[:MOST_FIELDS]
        ],
        "more": max(0, len(fields) - MOST_FIELDS),
        "hooks": [f"{verb} v{version.number}" for verb, version in hooks_of(part)],
        "reads": accesses.reads,
        "writes": accesses.writes,
        "last": [accesses.kind, accesses.when],
        "pinned": pinned,
        "change": seen.change,
        "by": seen.by,
    }


def closer_look(part: ml.RegisterPart, seen: Seen, pinned: bool) -> Any:
    """Return everything about one register: its definition, its fields, its hooks."""
    register = part.placed.register
    return {
        "key": part.label,
        "pinned": pinned,
        "offset": part.start,
        "size": part.placed.size,
        "access": str(register.access),
        "doc": register.doc,
        "value": digits(seen.value, part.placed.size),
        "reset": digits(register.reset, part.placed.size),
        "fields": [_field(field, value) for field, value in register.decode(seen.value)],
        "hooks": [
            {"name": name, "version": version.number, "place": version.place}
            for name, version in hooks_of(part)
        ],
    }


def _field(field: Any, value: int | enum.Enum) -> Any:
    named = () if field.enum is None or issubclass(field.enum, enum.Flag) else field.enum
    return {
        "name": field.name,
        "msb": field.msb,
        "lsb": field.lsb,
        "access": str(field.access),
        "value": hex(field.raw(value)),
        "shown": shown(value),
        "names": [[one.name, hex(field.raw(one))] for one in named],
        "doc": field.doc,
    }
