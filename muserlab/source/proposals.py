"""Which registers a driver seems to want, from its accesses to what nobody declared.

The widest access to some bytes tells how wide the register there is. Narrower ones in it are taken
for accesses to a part of it; of one that crosses its border, what lies outside is a register too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from muserlab.device import UnhandledAccess
from muserlab.regs import RO, RW, WO, Access

_SIZES = (8, 4, 2, 1)
_ARRAY = 8
"""So many registers of one kind, one after the other, are an array."""
_POLLS = 10
"""So many reads, and few writes, look as if the driver waited for something."""
_FEW_WRITES = 4
_PARTS = 4
"""How many of the accesses to a part of a register are told."""


@dataclass(slots=True)
class Proposal:
    """A register, an array of ``count`` of them, or memory: what lies at ``offset``.

    ``size`` is that of one register, or of the memory, in bytes. ``reads`` and ``writes`` say how
    often that was, ``values`` what travelled, ``partly`` the accesses to a part of it.
    """

    offset: int
    size: int
    reads: int = 0
    writes: int = 0
    values: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    partly: list[UnhandledAccess] = field(default_factory=list[UnhandledAccess])
    count: int | None = None

    @property
    def end(self) -> int:
        """The byte after its last."""
        return self.offset + self.size * (self.count or 1)

    @property
    def is_memory(self) -> bool:
        """Whether it is wider than any register."""
        return self.size > _SIZES[0]

    @property
    def access(self) -> Access:
        """The access type that fits what was done."""
        if self.reads and self.writes:
            return RW
        return WO if self.writes else RO

    @property
    def is_polled(self) -> bool:
        """Whether the driver seems to wait for a value in it."""
        few_writes = self.reads >= _FEW_WRITES * self.writes
        return not self.is_memory and self.reads >= _POLLS and few_writes

    @property
    def remark(self) -> str:
        """What the driver did, in a line."""
        told = [
            f"{verb} {count}×{_values(self.values.get(direction, ()), self.size)}"
            for direction, verb, count in (
                ("read", "read", self.reads),
                ("write", "written", self.writes),
            )
            if count
        ]
        parts = sorted({(one.size, one.offset) for one in self.partly})
        told += [
            f"also {size} byte{'s' if size > 1 else ''} at {offset:#x}"
            for size, offset in parts[:_PARTS]
        ]
        return ", ".join(told)

    def add(self, access: UnhandledAccess, *, whole: bool) -> None:
        """Take an access into account, to all of it or to a part."""
        if access.direction == "read":
            self.reads += access.count
        else:
            self.writes += access.count
        if whole:
            self.values[access.direction] = access.values
        else:
            self.partly.append(access)


def proposals(accesses: Iterable[UnhandledAccess]) -> list[Proposal]:
    """Return what to declare in one region, in the order of offsets, nothing twice."""
    made: list[Proposal] = []
    by_width = sorted(accesses, key=lambda one: (-one.size, one.offset % one.size != 0, one.offset))
    for access in by_width:
        for offset, size in _uncovered(made, access):
            made.append(Proposal(offset, size))
        for one in made:
            if one.offset < access.offset + access.size and access.offset < one.end:
                one.add(access, whole=(one.offset, one.size) == (access.offset, access.size))
    return list(_in_arrays(sorted(made, key=lambda one: one.offset)))


def _uncovered(made: Iterable[Proposal], access: UnhandledAccess) -> Iterator[tuple[int, int]]:
    """Yield offset and size of what has to be declared for an access that is not declared yet."""
    at, end = access.offset, access.offset + access.size
    inside = [one for one in made if one.offset < end and at < one.end]
    if not inside and access.size in _SIZES:
        yield at, access.size
        return
    for one in sorted(inside, key=lambda one: one.offset):
        yield from _cut(at, one.offset)
        at = one.end
    yield from _cut(at, end)


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield aligned registers that fill a range; one longer than any register is memory."""
    if end - start > _SIZES[0]:
        yield start, end - start
        return
    while start < end:
        size = next(size for size in _SIZES if start % size == 0 and start + size <= end)
        yield start, size
        start += size


def _in_arrays(made: list[Proposal]) -> Iterator[Proposal]:
    """Yield proposals, long runs of registers of one kind as arrays."""
    at = 0
    while at < len(made):
        run = 1
        while at + run < len(made) and _follows(made[at + run - 1], made[at + run]):
            run += 1
        if run < _ARRAY:
            yield from made[at : at + run]
        else:
            yield _array(made[at : at + run])
        at += run


def _follows(one: Proposal, other: Proposal) -> bool:
    same = (one.size, one.access) == (other.size, other.access)
    return same and not one.is_memory and one.end == other.offset


def _array(run: list[Proposal]) -> Proposal:
    reads, writes = (sum(one.reads for one in run), sum(one.writes for one in run))
    return Proposal(run[0].offset, run[0].size, reads, writes, count=len(run))


def _values(values: tuple[int, ...], size: int) -> str:
    shown = " ".join(f"{value:#0{2 + 2 * size}x}" for value in values)
    return f" ({shown})" if shown else ""
