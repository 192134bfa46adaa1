"""An address space: bytes by address, to be looked at and changed by hand."""

import os
from collections.abc import Callable, Iterator

from muserlab.device.memory.files import load, save
from muserlab.device.memory.place import Place, Span
from muserlab.device.memory.search import search
from muserlab.device.memory.sketch import sketch
from muserlab.live import Owner

Tick = Callable[[int], object]
"""Called now and then, with how many bytes are done; what it raises ends the work."""


class AddressSpace:
    """What lies at addresses 0 up to `size`, some of which may not be readable.

    Any of it may be used on any thread: looking reads memory directly, changing is done on the
    device's thread. Addresses beyond what there is raise DeviceError.
    """

    def __init__(self, owner: Owner, name: str, size: int) -> None:
        self.owner = owner
        self.name = name
        """What the trace calls it."""
        self.size = size

    # -- what a kind of address space knows --------------------------------------------------------

    def readable(self) -> Iterator[Span]:
        """Yield the ranges that can be peeked, in order."""
        raise NotImplementedError

    def hidden(self) -> Iterator[tuple[int, int, str]]:
        """Yield start and end of ranges that cannot be peeked though something is there, and why.

        In order. Most spaces have none.
        """
        return iter(())

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield, of a readable range, what may hold something other than zeros, in order."""
        raise NotImplementedError

    def places(self, start: int, end: int) -> Iterator[Place]:
        """Yield what has a name in a range, in order."""
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """Yield the names that `locate` knows."""
        raise NotImplementedError

    def named(self, name: str) -> int:
        """Return the address of what has a name; raises UnknownName where nothing has it."""
        raise NotImplementedError

    def peek(self, address: int, count: int) -> bytes:
        """Return count bytes from an address, without side effects."""
        raise NotImplementedError

    def poke(self, address: int, data: bytes) -> None:
        """Put data at an address, without side effects."""
        raise NotImplementedError

    def pieces(self, start: int, end: int) -> Iterator[Span]:
        """Yield a range in pieces that can each be poked or not."""
        yield start, end

    # -- what people do with all of them -----------------------------------------------------------

    def locate(self, text: str) -> int:
        """Return the address that a person means: a number (`0x1f0`, `496`) or a name.

        Raises UnknownName for what is neither, ValueError for a number that is no address here.
        """
        try:
            address = int(text, 0)
        except ValueError:
            return self.named(text.strip())
        if not 0 <= address < self.size:
            raise ValueError(f"{address:#x} is beyond {self.name}, which ends at {self.size:#x}")
        return address

    def find(
        self,
        what: bytes,
        start: int = 0,
        end: int | None = None,
        *,
        backwards: bool = False,
        tick: Tick = lambda _done: None,
    ) -> int | None:
        """Return the first address, or the last, from start up to end at which those bytes lie.

        Memory that nobody ever touched is passed over without reading it, unreadable ranges too.
        """
        return search(self, what, start, self.size if end is None else end, backwards, tick)

    def save(
        self,
        path: str | os.PathLike[str],
        start: int = 0,
        end: int | None = None,
        *,
        overwrite: bool = False,
        tick: Tick = lambda _done: None,
    ) -> int:
        """Write a range to a file; return the file's size. What was never touched takes no room.

        Without a range, it is everything from the first readable address to the last. Raises
        FileExistsError unless told to overwrite, and ValueError for more than 16 GiB.
        """
        if end is None:
            spans = list(self.readable())
            start = max(start, spans[0][0] if spans else start)
            end = spans[-1][1] if spans else start
        return save(self, path, start, end, overwrite, tick)

    def load(
        self,
        path: str | os.PathLike[str],
        address: int = 0,
        *,
        tick: Tick = lambda _done: None,
    ) -> int:
        """Poke a file's bytes at an address; return how many there were.

        Bytes that are there already are left alone, so that what was saved can be loaded even where
        nothing can be poked. Raises ValueError, and changes nothing, where the file does not fit.
        """
        return load(self, path, address, tick)

    def __repr__(self) -> str:
        """Show the first lines that hold something."""
        spans = list(self.readable())
        total = sum(end - start for start, end in spans)
        heading = f"{self.name}: {total:#x} bytes" + ("" if spans else ", nothing to look at")
        return "\n".join([heading, *sketch(self, spans)])
