"""The client's memory as a device sees it: regions by address, none overlapping another."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from errno import EACCES, EINVAL
from typing import Literal, NamedTuple

from muserlab.device.dma.region import DmaRegion
from muserlab.device.errors import DmaError, DmaFault

Direction = Literal["read", "write"]


class Piece(NamedTuple):
    """The part of an access that lies in one region: offset and size there."""

    region: DmaRegion
    offset: int
    size: int


class Table:
    """Regions sorted by address."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._regions: list[DmaRegion] = []

    def __len__(self) -> int:
        return len(self._regions)

    def __iter__(self) -> Iterator[DmaRegion]:
        return iter(tuple(self._regions))

    def add(self, region: DmaRegion) -> None:
        """Add a region that overlaps none."""
        i = bisect_right(self._starts, region.iova)
        self._starts.insert(i, region.iova)
        self._regions.insert(i, region)

    def remove(self, region: DmaRegion) -> None:
        """Take a region out."""
        i = bisect_right(self._starts, region.iova) - 1
        del self._starts[i], self._regions[i]

    def at(self, iova: int) -> DmaRegion | None:
        """Return the region that holds an address."""
        i = bisect_right(self._starts, iova) - 1
        if i >= 0 and iova < self._regions[i].end:
            return self._regions[i]
        return None

    def whole(self, iova: int, count: int) -> DmaRegion | None:
        """Return the region that holds all of so many bytes, one or more, if there is one."""
        i = bisect_right(self._starts, iova) - 1
        if i >= 0 and count > 0:
            region = self._regions[i]
            if iova + count <= region.end:
                return region
        return None

    def overlapping(self, iova: int, size: int) -> DmaRegion | None:
        """Return a region that shares an address with a range."""
        i = bisect_right(self._starts, iova + size - 1) - 1
        if i >= 0 and iova < self._regions[i].end:
            return self._regions[i]
        return None

    def pieces(self, iova: int, count: int, direction: Direction) -> list[Piece]:
        """Split an access by the regions that it goes through; see pieces_of."""
        first = bisect_right(self._starts, iova) - 1
        return pieces_of(self._regions, first, iova, count, direction)


def pieces_of(
    regions: Sequence[DmaRegion], first: int, iova: int, count: int, direction: Direction
) -> list[Piece]:
    """Split an access by the regions, sorted by address, that it goes through.

    `first` is the last of them that begins at or before iova; -1 is none. Raises DmaFault where it
    leaves mapped memory (EFAULT) or its direction is not allowed (EACCES).
    """
    if count < 0:
        raise DmaError(f"DMA {direction} of {count} bytes at {iova:#x}", EINVAL)
    pieces: list[Piece] = []
    end, i = iova + count, first
    while iova < end:
        region = regions[i] if 0 <= i < len(regions) else None
        if region is None or not region.iova <= iova < region.end:
            raise DmaFault(
                f"DMA {direction} of {count} bytes up to {end:#x}: nothing is mapped at "
                f"{iova:#x}; {_nearest(regions, first, iova)}"
            )
        if not (region.readable if direction == "read" else region.writable):
            raise DmaFault(f"DMA {direction} at {iova:#x}: {region} does not allow it", EACCES)
        stop = min(end, region.end)
        pieces.append(Piece(region, iova - region.iova, stop - iova))
        iova, i = stop, i + 1
    return pieces


def _nearest(regions: Sequence[DmaRegion], i: int, iova: int) -> str:
    if not regions:
        return "the client has mapped no memory"
    around = regions[max(i, 0) : i + 2]
    nearest = min(around, key=lambda region: max(region.iova - iova, iova - region.end + 1))
    return f"the nearest region is {nearest}"
