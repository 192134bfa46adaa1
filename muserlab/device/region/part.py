"""What a region is made of, below its raw hooks."""

from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from mmap import mmap
from typing import Protocol

from muserlab.device.errors import DefinitionError, RegionError
from muserlab.device.journal import Bytes, assign, poke
from muserlab.device.region.undeclared import Undeclared


class Part(Protocol):
    """What answers for some bytes of a region; offsets are the region's.

    An access lies in it entirely.
    """

    @property
    def start(self) -> int:
        """Its first byte."""
        ...

    @property
    def end(self) -> int:
        """The byte after its last."""
        ...

    @property
    def label(self) -> str:
        """Its name; empty where the region's own says enough."""
        ...

    @property
    def plain(self) -> bool:
        """Whether a write only stores, so that nothing else happens until it is answered."""
        ...

    def read(self, offset: int, count: int, /) -> bytes | Awaitable[bytes]:
        """Answer a guest's read."""
        ...

    def write(self, offset: int, data: bytes, /) -> Awaitable[None] | None:
        """Take a guest's write."""
        ...

    def peek(self, offset: int, count: int, /) -> bytes:
        """Return what is there, without side effects."""
        ...

    def poke(self, offset: int, data: bytes, /) -> None:
        """Change what is there, without side effects."""
        ...


class Gap:
    """Offsets that nothing was declared at: they read as zero and ignore writes."""

    label = "undeclared"
    plain = True

    def __init__(self, start: int, end: int, undeclared: Undeclared) -> None:
        self.start = start
        self.end = end
        self._undeclared = undeclared

    def read(self, offset: int, count: int) -> bytes:
        """Return zeros."""
        data = bytes(count)
        self._undeclared.note(self._undeclared.reads, offset, data)
        return data

    def write(self, offset: int, data: bytes) -> None:
        """Ignore the write."""
        self._undeclared.note(self._undeclared.writes, offset, data)

    def peek(self, _offset: int, count: int) -> bytes:
        """Return zeros."""
        return bytes(count)

    def poke(self, offset: int, _data: bytes) -> None:
        """Refuse: there is nothing to change."""
        raise RegionError(f"nothing is declared at {offset:#x}; declare a register or ml.Memory")


class Plain:
    """Memory: what was written is read.

    Pokes go to `own`, which is `data` or, for memory that a client may map, a changes.Watch of it.
    """

    plain = True

    def __init__(self, start: int, end: int, label: str, data: mmap, own: Bytes) -> None:
        self.start = start
        self.end = end
        self.label = label
        self._data = data
        self._own = own

    def read(self, offset: int, count: int) -> bytes:
        """Return what is stored."""
        return self._data[offset : offset + count]

    peek = read

    def lend(self, offset: int, count: int) -> memoryview:
        """Return where it is stored."""
        return memoryview(self._data)[offset : offset + count]

    def write(self, offset: int, data: bytes) -> None:
        """Store data."""
        self._data[offset : offset + len(data)] = data

    def poke(self, offset: int, data: bytes) -> None:
        """Store data, which no on_change hook is told of."""
        poke(self._own, offset, data)

    def take(self, offset: int, data: bytes) -> None:
        """Hold what a former definition's memory held."""
        if self._own[offset : offset + len(data)] != data:
            poke(self._own, offset, data)

    def move(self, data: mmap, own: Bytes) -> None:
        """Live in other storage from now on."""
        assign(self, _data=data, _own=own)


class Unnamed(Plain):
    """Memory that was not declared to be anything: it works, and what is done to it is noted."""

    def __init__(
        self, start: int, end: int, data: mmap, own: Bytes, undeclared: Undeclared
    ) -> None:
        super().__init__(start, end, "", data, own)
        self._undeclared = undeclared
        self._reads = undeclared.reads
        self._writes = undeclared.writes

    def read(self, offset: int, count: int) -> bytes:
        """Return what is stored."""
        data = self._data[offset : offset + count]
        group = self._reads.get((offset, count))
        if group is None:
            self._undeclared.begin(self._reads, offset, data)
        else:
            group.count += 1
            if data != group.last:
                group.change(data)
        return data

    def lend(self, offset: int, count: int) -> memoryview:
        """Return where it is stored."""
        lent = super().lend(offset, count)
        self._undeclared.note(self._reads, offset, lent)
        return lent

    def write(self, offset: int, data: bytes) -> None:
        """Store data."""
        group = self._writes.get((offset, len(data)))
        if group is None:
            self._undeclared.begin(self._writes, offset, data)
        else:
            group.count += 1
            if data != group.last:
                group.change(data)
        self._data[offset : offset + len(data)] = data


def fill(
    name: str, size: int, parts: Iterable[Part], between: Callable[[int, int], Part]
) -> tuple[Part, ...]:
    """Sort parts and fill what lies between them, so that every offset belongs to one.

    Raises DefinitionError where two overlap or one lies outside of size.
    """
    ordered = sorted(parts, key=lambda part: part.start)
    for part in ordered:
        if not 0 <= part.start < part.end <= size:
            raise DefinitionError(
                f"{name}: {part.label} ({part.start:#x} to {part.end - 1:#x}) lies outside of its"
                f" {size:#x} bytes"
            )
    for low, high in pairwise(ordered):
        if low.end > high.start:
            raise DefinitionError(
                f"{name}: {low.label} ({low.start:#x} to {low.end - 1:#x}) and {high.label}"
                f" ({high.start:#x} to {high.end - 1:#x}) overlap; move one of them"
            )
    filled: list[Part] = []
    at = 0
    for part in ordered:
        if at < part.start:
            filled.append(between(at, part.start))
        filled.append(part)
        at = part.end
    if at < size:
        filled.append(between(at, size))
    return tuple(filled)
