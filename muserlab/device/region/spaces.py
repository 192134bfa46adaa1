"""Regions as address spaces that people look at: `dev.bar0.memory`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.memory import AddressSpace, Place, Span, joined
from muserlab.device.region.part import Gap, Part, Plain
from muserlab.device.region.register import RegisterPart
from muserlab.regs import UnknownName, UnknownRegister, did_you_mean

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank
    from muserlab.device.region.configuration import ConfigRegion
    from muserlab.device.region.region import Region


class RegionMemory(AddressSpace):
    """The bytes of a region."""

    def __init__(self, region: "Region") -> None:
        super().__init__(region.owner, region.name, region.size)
        self.region = region

    def readable(self) -> Iterator[Span]:
        """Yield the region as a whole."""
        yield 0, self.size

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield all of it: nothing is known of what is in it."""
        yield start, end

    def peek(self, address: int, count: int) -> bytes:
        """Return count bytes from an offset."""
        return self.region.peek(address, count)

    def poke(self, address: int, data: bytes) -> None:
        """Put data at an offset; raises RegionError where nothing can be changed."""
        self.region.poke(address, data)


class BankMemory(RegionMemory):
    """The bytes of a region that has registers, memory, or both."""

    region: "Bank"

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield memory that was touched, and whatever else answers."""
        return joined(self._touched(start, end))

    def _touched(self, start: int, end: int) -> Iterator[Span]:
        for part, first, last in self.region.parts_in(start, end):
            if isinstance(part, Plain):
                yield from self.region.backing.touched(first, last)
            elif not isinstance(part, Gap):
                yield first, last

    def pieces(self, start: int, end: int) -> Iterator[Span]:
        """Yield what lies in each part."""
        return ((first, last) for _, first, last in self.region.parts_in(start, end))

    def places(self, start: int, end: int) -> Iterator[Place]:
        """Yield registers, memory with a name, tables and gaps."""
        for part, _, _ in self.region.parts_in(start, end):
            place = _place(part)
            if place.name:
                yield place

    def names(self) -> Iterator[str]:
        """Yield the names of memory, then those of registers."""
        yield from (memory.name for memory in self.region.memories())
        yield from (placed.path for placed in self.region.__layout__)

    def named(self, name: str) -> int:
        """Return the offset of a register, of memory, or of the first of an array or block."""
        layout = self.region.__layout__
        if name in layout:
            return layout[name].offset
        member = self.region.__members__.get(name)
        if member is None:
            hint = did_you_mean(name, self.names())
            raise UnknownRegister(f"{self.name} has nothing that is called {name!r}{hint}")
        return member.offset


class ConfigMemory(RegionMemory):
    """The bytes of configuration space, whose registers are those of the PCI specifications."""

    region: "ConfigRegion"

    def places(self, start: int, end: int) -> Iterator[Place]:
        """Yield the registers of the header and of every capability."""
        for item in self.region.decode().registers():
            if item.offset < end and start < item.offset + item.size:
                yield Place(item.offset, item.offset + item.size, item.name, "register")

    def names(self) -> Iterator[str]:
        """Yield the names of capabilities, then those of registers."""
        return iter(self._offsets())

    def named(self, name: str) -> int:
        """Return the offset of a capability or a register, whatever the case of its name."""
        offsets = self._offsets()
        for known, offset in offsets.items():
            if known.casefold() == name.casefold():
                return offset
        hint = did_you_mean(name, offsets)
        raise UnknownName(f"{self.name} has nothing that is called {name!r}{hint}")

    def _offsets(self) -> dict[str, int]:
        function = self.region.decode()
        capabilities = (*function.capabilities, *function.extended_capabilities)
        return {item.name: item.offset for item in (*capabilities, *function.registers())}


def _place(part: Part) -> Place:
    if isinstance(part, RegisterPart):
        return Place(part.start, part.end, part.label, "register")
    if isinstance(part, Plain):
        return Place(part.start, part.end, part.label, "memory")
    if isinstance(part, Gap):
        return Place(part.start, part.end, part.label, "undeclared")
    return Place(part.start, part.end, part.label, "table")
