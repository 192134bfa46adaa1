"""What is in containers, to be put back into the very same objects.

A hook keeps lists, dictionaries and objects of its own in the device's state, and others hold
references to them; so undoing means restoring contents, never replacing objects.
"""

import array
import sys
from collections import deque
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

LIMIT = 10_000
"""How many objects are looked into; what lies beyond is not put back."""

_FOREIGN = frozenset(sys.stdlib_module_names) | {"muserlab", "trio", "numpy", "builtins"}


Saved = tuple[Callable[[], None], Iterable[object]]
"""What restores an object's contents, and what is in it."""


class Contents:
    """What mutable objects held when they were kept, each with everything that it refers to."""

    def __init__(self) -> None:
        self._restore: dict[int, tuple[object, Callable[[], None]]] = {}

    def __len__(self) -> int:
        return len(self._restore)

    def keep(self, value: object) -> None:
        """Remember what value and all that is in it hold now; what is kept already stays so."""
        waiting: list[object] = [value]
        while waiting and len(self._restore) < LIMIT:
            one = waiting.pop()
            if id(one) not in self._restore and (saved := _saved(one)) is not None:
                restore, inside = saved
                self._restore[id(one)] = one, restore
                waiting.extend(inside)

    def put_back(self) -> None:
        """Let everything hold again what it held."""
        for _, restore in self._restore.values():
            restore()


def _saved(one: object) -> Saved | None:
    """Return what restores an object's contents, and those contents; None where it has none."""
    for kinds, saved in _CONTAINERS:
        if isinstance(one, kinds):
            return saved(one)
    return _attributes(one)


def _sliced(one: Any) -> Saved:
    items = one[:]

    def restore() -> None:
        one[:] = items

    return restore, items if isinstance(one, list) else ()


def _mapping(one: Any) -> Saved:
    items = dict(one)

    def restore() -> None:
        one.clear()
        one.update(items)

    return restore, items.values()


def _set(one: Any) -> Saved:
    items = tuple(one)

    def restore() -> None:
        one.clear()
        one.update(items)

    return restore, items


def _queue(one: Any) -> Saved:
    items = tuple(one)

    def restore() -> None:
        one.clear()
        one.extend(items)

    return restore, items


def _immutable(one: Any) -> Saved:
    return lambda: None, one


def _attributes(one: Any) -> Saved | None:
    """Look into a person's own objects; what the language and libraries made is left alone."""
    room = type(one).__module__.partition(".")[0]
    own = type(one) is SimpleNamespace or room not in _FOREIGN
    return _mapping(vars(one)) if own and hasattr(one, "__dict__") else None


_CONTAINERS: tuple[tuple[tuple[type, ...], Callable[[Any], Saved]], ...] = (
    ((list, bytearray, array.array), _sliced),
    ((dict,), _mapping),
    ((set,), _set),
    ((deque,), _queue),
    ((tuple, frozenset), _immutable),
)
