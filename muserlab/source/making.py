"""Values that a call makes again: what to call, and with what."""

import collections
import dataclasses
import functools
import pathlib
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True, slots=True)
class Making:
    """A call that gives a value like one that there is."""

    function: Callable[..., Any]
    arguments: Sequence[object] = ()
    options: Mapping[str, object] = field(default_factory=dict[str, object])


def making(value: Any) -> Making | None:
    """Return the call that makes a value's like, None where no such call is known."""
    kind = kind_of(value)
    known = _MAKERS.get(kind)
    if known is not None:
        return known(value)
    if dataclasses.is_dataclass(kind):
        return _dataclass(value)
    return Making(kind, list(value)) if tuple in kind.__mro__ and hasattr(kind, "_fields") else None


def kind_of(value: object) -> type[Any]:
    """Return a value's class, of which anything may be asked."""
    return type(value)


def _dataclass(value: Any) -> Making | None:
    """Return the constructor's call, with the fields that differ from their defaults."""
    kind = kind_of(value)
    arguments: list[object] = []
    options: dict[str, object] = {}
    for one in dataclasses.fields(value):
        now = getattr(value, one.name)
        if not one.init:
            return None
        if one.default is not dataclasses.MISSING and now == one.default:
            continue
        if one.default_factory is not dataclasses.MISSING and now == one.default_factory():
            continue
        required = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        if required and not one.kw_only and not options:
            arguments.append(now)
        else:
            options[one.name] = now
    return Making(kind, arguments, options)


def _pattern(value: "re.Pattern[Any]") -> Making:
    flags = re.RegexFlag(value.flags)
    if isinstance(value.pattern, str):
        flags &= ~re.UNICODE
    return Making(re.compile, (value.pattern, *([flags] if flags else [])))


def _partial(value: "functools.partial[Any]") -> Making:
    return Making(functools.partial, (value.func, *value.args), value.keywords)


def _namespace(value: SimpleNamespace) -> Making:
    return Making(SimpleNamespace, (), vars(value))


def _deque(value: "collections.deque[Any]") -> Making:
    bound: dict[str, object] = {} if value.maxlen is None else {"maxlen": value.maxlen}
    return Making(collections.deque, ([*value],) if value or bound else (), bound)


_MAKERS: dict[type, Callable[[Any], Making]] = {
    bytearray: lambda value: Making(bytearray, (bytes(value),) if value else ()),
    frozenset: lambda value: Making(frozenset, (set(value),) if value else ()),
    range: lambda value: Making(range, _bounds(value)),
    collections.deque: _deque,
    collections.defaultdict: lambda value: Making(
        collections.defaultdict, (value.default_factory, *([dict(value)] if value else []))
    ),
    collections.OrderedDict: lambda value: Making(collections.OrderedDict, (dict(value),)),
    collections.Counter: lambda value: Making(collections.Counter, (dict(value),)),
    functools.partial: _partial,
    pathlib.PosixPath: lambda value: Making(pathlib.Path, (str(value),)),
    re.Pattern: _pattern,
    struct.Struct: lambda value: Making(struct.Struct, (value.format,)),
    SimpleNamespace: _namespace,
}


def _bounds(value: range) -> tuple[int, ...]:
    if value.step != 1:
        return value.start, value.stop, value.step
    return (value.start, value.stop) if value.start else (value.stop,)
