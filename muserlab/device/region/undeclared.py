"""What a client asked of a region where nobody declared anything."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from muserlab.device.journal import assign, noted

Direction = Literal["read", "write"]

LIMIT = 1024
"""How many different accesses of one region are told apart: a memory test makes millions."""
EXAMPLES = 4
"""How many different values of each are kept: the first ones. The last one is kept besides."""
WIDEST = 8
"""Bytes of the widest access whose values are kept: wider ones move memory, they mean nothing."""


class Group:
    """The accesses of one offset, size and direction.

    `last` is the value of the last one, empty where they are too wide for that.
    """

    __slots__ = ("count", "examples", "last")

    def __init__(self, data: bytes | memoryview) -> None:
        self.count = 1
        self.last = b""
        self.examples: list[bytes] = []
        self.change(data)

    def change(self, data: bytes | memoryview) -> None:
        """Note another value than the last one."""
        if len(data) <= WIDEST:
            self.last = bytes(data)
            if len(self.examples) < EXAMPLES and self.last not in self.examples:
                self.examples.append(self.last)

    @property
    def values(self) -> tuple[bytes, ...]:
        """The first different values, and the last one."""
        again = not self.last or self.last in self.examples
        return tuple(self.examples) if again else (*self.examples, self.last)


Groups = dict[tuple[int, int], Group]
"""By offset and size."""


class Undeclared:
    """The accesses to bytes of one region that nobody declared.

    Whoever meets an access counts it in the group that there is, itself, as this is on the way of
    every access to a BAR that is nothing but memory; `begin` is for the first of its kind.
    """

    __slots__ = ("missed", "reads", "writes")

    def __init__(self) -> None:
        self.reads: Groups = {}
        self.writes: Groups = {}
        self.missed = 0
        """How many accesses were left out, as there were LIMIT groups already."""

    def begin(self, groups: Groups, offset: int, data: bytes | memoryview) -> None:
        """Note an access for which there is no group yet."""
        if len(self.reads) + len(self.writes) < LIMIT:
            groups[offset, len(data)] = Group(data)
        else:
            self.missed += 1

    def note(self, groups: Groups, offset: int, data: bytes | memoryview) -> None:
        """Note an access where nobody minds a call more."""
        group = groups.get((offset, len(data)))
        if group is None:
            self.begin(groups, offset, data)
            return
        group.count += 1
        if data != group.last:
            group.change(data)

    def succeed(self, former: "Undeclared", still: Callable[[int, int], bool]) -> None:
        """Go on with a former definition's groups at places that are still undeclared here."""
        assign(self, missed=former.missed)
        for groups, its in ((self.reads, former.reads), (self.writes, former.writes)):
            noted(partial(_put_back, groups, dict(groups)))
            groups.update((place, group) for place, group in its.items() if still(*place))

    def clear(self) -> None:
        """Forget them all."""
        self.reads.clear()
        self.writes.clear()
        self.missed = 0


def _put_back(groups: Groups, before: Groups) -> None:
    groups.clear()
    groups.update(before)
