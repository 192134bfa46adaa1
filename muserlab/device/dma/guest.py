"""The client's memory as an address space that people look at: `dev.dma.memory`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.memory import AddressSpace, Place, Span, joined
from muserlab.regs import UnknownName

if TYPE_CHECKING:
    from muserlab.device.dma.dma import DMA

_SPACE = 1 << 64


class GuestMemory(AddressSpace):
    """What the client mapped for DMA, by I/O virtual address, as far as it is shared.

    Memory that takes messages is not readable: looking at it would be an access.
    """

    def __init__(self, dma: "DMA") -> None:
        super().__init__(dma.owner, "dma", _SPACE)
        self._dma = dma

    def readable(self) -> Iterator[Span]:
        """Yield shared memory that the device may read, regions that touch as one."""
        shared = (one for one in self._dma.regions if one.readable and one.kind != "messages")
        return joined((region.iova, region.end) for region in shared)

    def hidden(self) -> Iterator[tuple[int, int, str]]:
        """Yield memory that takes messages, and what the device may not read."""
        for region in self._dma.regions:
            if region.kind == "messages":
                yield region.iova, region.end, "takes messages: not readable without an access"
            elif not region.readable:
                yield region.iova, region.end, "the device may only write it"

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield what the client's file says was ever written."""
        for region in self._dma.regions:
            low, high = max(region.iova, start), min(region.end, end)
            memory = region.memory
            if low < high and memory is not None:
                for first, last in memory.file.touched(low - region.iova, high - low):
                    yield first + region.iova, last + region.iova

    def pieces(self, start: int, end: int) -> Iterator[Span]:
        """Yield what lies in each region."""
        for region in self._dma.regions:
            if region.iova < end and start < region.end:
                yield max(region.iova, start), min(region.end, end)

    def places(self, start: int, end: int) -> Iterator[Place]:
        """Yield the regions."""
        for region in self._dma.regions:
            if region.iova < end and start < region.end:
                name = f"DMA {region.iova:#x} {region.directions}, {region.kind}"
                yield Place(region.iova, region.end, name, "memory")

    def names(self) -> Iterator[str]:
        """Yield nothing: only addresses are known."""
        return iter(())

    def named(self, name: str) -> int:
        """Raise UnknownName: only addresses are known."""
        raise UnknownName(f"{name!r} is no address; want one such as 0x1000")

    def peek(self, address: int, count: int) -> bytes:
        """Return count bytes; raises DmaFault where they are not shared, or not to be read."""
        return self._dma.peek(address, count)

    def poke(self, address: int, data: bytes) -> None:
        """Put data in memory that is shared, and to be written; raises DmaFault elsewhere."""
        self._dma.poke(address, data)
