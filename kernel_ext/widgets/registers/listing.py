"""Which lines a table of registers has, and in which order: filter, groups, pins.

Lines are made only where there is something to leave out or to put in between: the plain list of
a region with 100,000 registers is the region's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import muserlab as ml

PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading above registers that belong together; closed, it stands for them."""

    title: str
    count: int
    closed: bool


Line = Group | ml.RegisterPart


@dataclass(frozen=True, slots=True)
class Wish:
    """What a view wants to see of a region's registers."""

    words: tuple[str, ...] = ()
    """All of them have to occur in what is said of a register, in any case of letters."""
    group: str = ""
    closed: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()

    @classmethod
    def of(cls, wants: Mapping[str, Any], pinned: Sequence[str]) -> "Wish":
        """Understand a page, which may say anything."""
        return cls(
            words=tuple(str(wants.get("filter", "")).lower().split()),
            group=str(wants.get("group", "")),
            closed=frozenset(_texts(wants.get("closed"))),
            pinned=tuple(pinned),
        )


def _texts(value: object) -> list[str]:
    return [str(one) for one in cast("list[object]", value)] if isinstance(value, list) else []


class Listing:
    """The lines of one region's registers, for one wish after the other."""

    def __init__(self) -> None:
        self._registers: ml.Registers | None = None
        self._texts: list[str] | None = None
        self._made: dict[Wish, Sequence[Line]] = {}
        self.widest = 0
        """Bytes of the largest register."""

    def lines(self, registers: ml.Registers, wish: Wish) -> Sequence[Line]:
        """Return the lines for a wish; those of the last few wishes are kept."""
        if registers is not self._registers:
            self._registers, self._texts, self._made = registers, None, {}
            self.widest = max(part.placed.size for part in registers)
        if wish not in self._made:
            if len(self._made) >= 8:
                self._made.clear()
            self._made[wish] = self._make(registers, wish)
        return self._made[wish]

    def _make(self, registers: ml.Registers, wish: Wish) -> Sequence[Line]:
        found: Sequence[ml.RegisterPart] = (
            self._matching(registers, wish.words) if wish.words else registers
        )
        if not wish.pinned:
            return _grouped(found, wish)
        pinned = [part for part in registers if part.label in wish.pinned]
        rest = [part for part in found if part.label not in wish.pinned]
        return [*_under(PINNED, pinned, wish), *_grouped(rest, wish)]

    def _matching(self, registers: ml.Registers, words: Sequence[str]) -> list[ml.RegisterPart]:
        if self._texts is None:
            self._texts = [_said_of(part) for part in registers]
        both = zip(registers, self._texts, strict=True)
        return [part for part, text in both if all(word in text for word in words)]


def _said_of(part: ml.RegisterPart) -> str:
    register = part.placed.register
    fields = " ".join(register.fields)
    return f"{part.label} {part.start:#x} {register.access} {fields} {register.doc}".lower()


def _grouped(parts: Sequence[ml.RegisterPart], wish: Wish) -> Sequence[Line]:
    key = GROUPS.get(wish.group)
    if key is None:
        return parts
    groups: dict[str, list[ml.RegisterPart]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return [line for title, members in groups.items() for line in _under(title, members, wish)]


def _under(title: str, parts: Sequence[ml.RegisterPart], wish: Wish) -> list[Line]:
    if not parts:
        return []
    closed = title in wish.closed
    return [Group(title, len(parts), closed), *([] if closed else parts)]


def _block(part: ml.RegisterPart) -> str:
    """Return the block that a register lies in, or the array that it is an element of."""
    block, _, name = part.label.rpartition(".")
    return block or (name.partition("[")[0] if part.placed.index else "registers")


def _access(part: ml.RegisterPart) -> str:
    return str(part.placed.register.access)


GROUPS: Mapping[str, Callable[[ml.RegisterPart], str]] = {"block": _block, "access type": _access}
