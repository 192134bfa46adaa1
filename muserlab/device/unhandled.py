"""What a driver asked for and nobody answered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from muserlab.device.region import Bank, Direction, Region

_HEADINGS = ("region", "offset", "size", "access", "count", "values")


@dataclass(frozen=True, slots=True)
class UnhandledAccess:
    """Accesses to bytes that nothing was declared at, of one size and in one direction.

    `offset` and `size` are in bytes. `values` are the first different ones that were read or
    written, and the last one, little endian; there are none of accesses wider than 8 bytes.
    """

    region: str
    offset: int
    size: int
    direction: Direction
    count: int
    values: tuple[int, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The text of each column, as every table of them shows it."""
        values = " ".join(f"{value:#0{2 + 2 * self.size}x}" for value in self.values)
        offset = f"{self.offset:#06x}"
        return self.region, offset, str(self.size), self.direction, str(self.count), values


class Unhandled:
    """The accesses of a device that nothing handles, grouped by region, offset, size, direction.

    These are the accesses to what lies between declared registers and memory, and to a BAR that
    was given as a size or as a class with nothing in it, as far as no hook of a range or region
    dealt with them. Left out are configuration space, which systems scan whether it means anything
    to them or not, a ROM, and what a client does to memory that it has mapped, which nobody sees.

    Iterate over it, in the order of regions and offsets. Looking is allowed on any thread.
    """

    def __init__(self, regions: Callable[[], Iterable[Region]]) -> None:
        self._regions = regions

    @property
    def accesses(self) -> int:
        """How many there were."""
        return sum(group.count for group in self) + self.missed

    @property
    def missed(self) -> int:
        """How many of them are in no group: a region has had too many different ones."""
        return sum(bank.undeclared.missed for bank in self._banks())

    def clear(self) -> None:
        """Forget them all."""
        for bank in self._banks():
            bank.undeclared.clear()

    def __len__(self) -> int:
        """Count the groups."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[UnhandledAccess]:
        for bank in self._banks():
            yield from sorted(_groups(bank), key=lambda group: (group.offset, group.size))

    @property
    def caption(self) -> str:
        """What there is to say above the table."""
        return f"accesses that nothing handles: {self.accesses or 'none'}"

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The table: a heading, and the cells of each group; nothing where there is none."""
        groups = [group.cells for group in self]
        return [_HEADINGS, *groups] if groups else []

    @property
    def notes(self) -> list[str]:
        """What there is to say below the table."""
        if not self.missed:
            return []
        return [f"{self.missed} of them at more places than are told apart in a region"]

    def __repr__(self) -> str:
        lines = self.lines
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
        return "\n".join([self.caption, *rows, *self.notes])

    def _banks(self) -> Iterator[Bank]:
        return (region for region in self._regions() if isinstance(region, Bank))


def _groups(bank: Bank) -> Iterator[UnhandledAccess]:
    directions: tuple[Direction, Direction] = ("read", "write")
    for direction, groups in zip(
        directions, (bank.undeclared.reads, bank.undeclared.writes), strict=True
    ):
        for (offset, size), group in groups.copy().items():
            values = tuple(int.from_bytes(value, "little") for value in group.values)
            yield UnhandledAccess(bank.name, offset, size, direction, group.count, values)
