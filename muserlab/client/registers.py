"""Registers by their names.

A layout is anything that looks like the one below; a register file's own layout does. Its paths
(`CTRL`, `CH[2].CTRL`) become attributes and items: `region.CTRL`, `region.CH[2].CTRL`.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast

H = TypeVar("H")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class PlacedLike(Protocol):
    """A register at its place in a region; `size` in bytes."""

    @property
    def path(self) -> str:
        """Its full name, such as `CH[2].CTRL`."""
        ...

    @property
    def offset(self) -> int:
        """Where it begins in the region."""
        ...

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    def value(self, stored: int) -> Any:
        """Return an int that also has the fields as attributes."""
        ...

    def encode(self, base: int, /, **fields: Any) -> int:
        """Return `base` with the given fields replaced."""
        ...


class LayoutLike(Protocol):
    """The registers of a region."""

    @property
    def registers(self) -> Iterable[PlacedLike]:
        """All of them."""
        ...


class Group(Generic[H]):
    """The names of a layout at one level: a register file, a block in it, or an array."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._members: dict[str | int, H | Group[H]] = {}

    @classmethod
    def of(
        cls, where: str, layout: LayoutLike | None, make: Callable[[PlacedLike], H]
    ) -> "Group[H]":
        """Build the tree of a layout's names, with `make(placed)` at its leaves."""
        root = cls(where)
        for placed in layout.registers if layout is not None else ():
            steps = [name or int(number) for name, number in _STEP.findall(placed.path)]
            group = root
            for step in steps[:-1]:
                group = group._enter(step)
            group._members[steps[-1]] = make(placed)
        return root

    def find(self, path: str) -> Any:
        """Return what a path such as `CH[2].CTRL` names. Raises AttributeError, IndexError."""
        found: Any = self
        for name, number in _STEP.findall(path):
            found = found[int(number)] if number else getattr(found, name)
        return found

    def names(self) -> list[str]:
        """Return the names at this level."""
        return [name for name in self._members if isinstance(name, str)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._members:
            near = difflib.get_close_matches(name, self.names(), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise AttributeError(f"{self._path} has no register {name}{hint}")
        return self._members[name]

    def __getitem__(self, index: int) -> Any:
        if index not in self._members:
            raise IndexError(f"{self._path} has no element {index}, only {len(self)} from 0")
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members.values())

    def __dir__(self) -> list[str]:
        return self.names()

    def __repr__(self) -> str:
        return f"<{self._path}: {len(self)} registers and groups>"

    def _enter(self, step: str | int) -> "Group[H]":
        name = f"[{step}]" if isinstance(step, int) else f".{step}"
        fresh: Group[H] = Group(self._path + name)
        member: H | Group[H] = self._members.setdefault(step, fresh)
        if member is fresh:
            return fresh
        if not isinstance(member, Group):
            raise ValueError(f"{self._path}{name} is both a register and a group")
        return cast("Group[H]", member)
