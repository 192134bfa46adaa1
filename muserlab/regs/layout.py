"""Layouts: which register lies at an offset, and which one has a name."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from muserlab.regs.describe import describe, table
from muserlab.regs.errors import LayoutError, UnknownRegister, did_you_mean
from muserlab.regs.placed import Placed


class Layout:
    """All registers of a register file, sorted by offset, with arrays and blocks taken apart.

    ``name`` is what messages call it.  Looks up by offset (``at``, ``span``) and by path
    (``layout["CH[2].CTRL"]``).  Raises LayoutError, naming both, where two registers overlap.
    """

    def __init__(self, name: str, registers: Iterable[Placed]) -> None:
        self.name = name
        self.registers = tuple(sorted(registers, key=lambda placed: placed.offset))
        for low, high in pairwise(self.registers):
            if low.end > high.offset:
                raise LayoutError(
                    f"{name}: {low.path} ({low.offset:#x} to {low.end - 1:#x}) and"
                    f" {high.path} ({high.offset:#x} to {high.end - 1:#x}) overlap"
                )
        self._offsets = [placed.offset for placed in self.registers]
        self._by_offset = {placed.offset: placed for placed in self.registers}
        self._by_path = {placed.path: placed for placed in self.registers}

    @property
    def size_needed(self) -> int:
        """The end of the last register: the least size, in bytes, of a region that holds all."""
        return self.registers[-1].end if self.registers else 0

    def at(self, offset: int) -> Placed | None:
        """Return the register that the byte at ``offset`` belongs to, or None in a gap."""
        exact = self._by_offset.get(offset)
        if exact is not None:
            return exact
        before = bisect_right(self._offsets, offset) - 1
        if before >= 0 and offset < self.registers[before].end:
            return self.registers[before]
        return None

    def span(self, offset: int, length: int) -> Iterator[tuple[Placed | None, int, int]]:
        """Split ``length`` bytes from ``offset`` at the borders of registers.

        Yields, in order and without gaps, the register or None for bytes that belong to none, the
        layout offset at which the piece starts, and its length in bytes.
        """
        position, end = offset, offset + length
        first = bisect_right(self._offsets, offset) - 1
        if first < 0 or self.registers[first].end <= offset:
            first += 1
        for i in range(first, len(self.registers)):
            placed = self.registers[i]
            if placed.offset >= end:
                break
            if position < placed.offset:
                yield None, position, placed.offset - position
                position = placed.offset
            piece_end = min(placed.end, end)
            if position < piece_end:
                yield placed, position, piece_end - position
                position = piece_end
        if position < end:
            yield None, position, end - position

    def __getitem__(self, path: str) -> Placed:
        placed = self._by_path.get(path)
        if placed is None:
            hint = did_you_mean(path, self._by_path)
            raise UnknownRegister(f"{self.name} has no register {path!r}{hint}")
        return placed

    def __contains__(self, path: object) -> bool:
        return path in self._by_path

    def __iter__(self) -> Iterator[Placed]:
        return iter(self.registers)

    def __len__(self) -> int:
        return len(self.registers)

    def __repr__(self) -> str:
        return f"{self.name}: {len(self)} registers, {self.size_needed} bytes\n" + table(
            describe(self)
        )
