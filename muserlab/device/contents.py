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


def _saved(one: Any) -> Saved | None:
    """Return what restores an object's contents, and those contents; None where it has none."""
    match one:
        case list() | bytearray() | array.array():
            return _sliced(one)
        case dict():
            return _refilled(one, one.update, dict(one))
        case set():
            return _refilled(one, one.update)
        case deque():
            return _refilled(one, one.extend)
        case tuple() | frozenset():
            return lambda: None, one
        case _:
            return _attributes(one)


def _sliced(one: Any) -> Saved:
    items = one[:]

    def restore() -> None:
        one[:] = items

    return restore, items if isinstance(items, list) else ()


def _refilled(one: Any, fill: Callable[[Any], object], items: Any = None) -> Saved:
    items = tuple(one) if items is None else items

    def restore() -> None:
        one.clear()
        fill(items)

    return restore, items.values() if isinstance(items, dict) else items


def _attributes(one: Any) -> Saved | None:
    """Look into a person's own objects; what the language and libraries made is left alone."""
    kind = type(one)
    own = kind is SimpleNamespace or kind.__module__.partition(".")[0] not in _FOREIGN
    if not (own and hasattr(one, "__dict__")):
        return None
    held = vars(one)
    return _refilled(held, held.update, dict(held))
