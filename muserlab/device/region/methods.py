"""Methods of a class of regions that are its hooks.

    class AdderBar(BAR, size=4096):
        CTRL = RW(0x08, go=bit(0))

        @CTRL.on_write
        def start(dev, new, old): ...

A method of that name in a subclass takes its place, decorated or not, as methods do; a decorator
adds places. What a register file has is there for each block of it. Methods named as the hooks of a
whole region, such as `on_read` and `migrate`, are those.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast, get_args

from muserlab.device.errors import DefinitionError
from muserlab.device.region.memory import Memory
from muserlab.device.region.ranges import RawHook
from muserlab.device.region.site import WHOLE, Site, Span, Spot, Verb
from muserlab.regs import Block, RegisterFile, marks_of

Method = Callable[..., Any]
Key = tuple[Site, Verb]

_Marked = dict[tuple[str, str | None, str], Method]
"""Methods by the path, the field and the verb that they are marked for."""

_OURS = __name__.partition(".")[0]


def methods_of(kind: type[RegisterFile]) -> dict[Key, Method]:
    """Return the methods that a class of regions is marked with, inherited ones too, by site.

    Raises DefinitionError where two of one class are for the same, or where one has a name that
    regions need.
    """
    return {
        (_site(kind, path, field), cast("Verb", verb)): method
        for (path, field, verb), method in _marked(kind).items()
    }


def raw_methods(kind: type) -> dict[Key, Method]:
    """Return the methods that are named as hooks of a whole region; give these hooks their names.

    Those of a class of regions that it inherits from are not among them: they are that one's.
    """
    methods: dict[Key, Method] = {}
    verbs: tuple[Verb, ...] = get_args(Verb)
    for verb in verbs:
        given = [vars(level)[verb] for level in kind.__mro__ if verb in vars(level)]
        if not isinstance(given[0], RawHook):
            methods[WHOLE, verb] = given[0]
            setattr(kind, verb, next(hook for hook in given if isinstance(hook, RawHook)))
    return methods


def _site(kind: type[RegisterFile], path: str, field: str | None) -> Site:
    member = kind.__members__.get(path)
    if isinstance(member, Memory):
        return Span(member.offset, member.offset + member.size)
    return Spot(path, field)


def _marked(file: type[RegisterFile]) -> _Marked:
    marked: _Marked = {}
    for name, member in file.__members__.items():
        if isinstance(member, Block):
            for (path, field, verb), method in _marked(member.file).items():
                marked[f"{name}.{path}", field, verb] = method
    names: dict[tuple[str, str | None, str], tuple[type, str]] = {}
    for level, name, key in _marks(file):
        where, other = names.setdefault(key, (level, name))
        if where is level and other != name:
            raise DefinitionError(f"{level.__name__}: {other} and {name} are both for {_told(key)}")
    return marked | {key: _method(file, name) for key, (_, name) in names.items()}


def _marks(file: type) -> Iterator[tuple[type, str, tuple[str, str | None, str]]]:
    """Yield class, method and what it is marked for, from the class itself to its bases."""
    for level in file.__mro__:
        for name, value in vars(level).items():
            for mark in marks_of(value):
                yield level, name, (mark.path, mark.field, mark.verb)


def _method(file: type, name: str) -> Method:
    """Return the method of that name, the nearest one; raises DefinitionError if it is none."""
    ours = _OURS in {_package(level) for level in file.__mro__ if name in vars(level)}
    method: Any = getattr(file, name)
    if ours or not callable(method):
        why = "every region has" if ours else "is no function"
        raise DefinitionError(f"{file.__name__}.{name} cannot be a hook: {name} {why}; rename it")
    return method  # type: ignore[no-any-return]  # it is callable


def _package(level: type) -> str:
    return level.__module__.partition(".")[0]


def _told(key: tuple[str, str | None, str]) -> str:
    return ".".join(part for part in key if part)
