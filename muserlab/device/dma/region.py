"""One region of the client's memory."""

import re

from muserlab.device.dma.memory import Memory
from muserlab.device.dma.touched import Touched
from muserlab.device.errors import DmaFault

_REPR = re.compile(r"<DMA (0x[0-9a-f]+) to (0x[0-9a-f]+) ([r-])([w-]), \w+>")


class DmaRegion:
    """Memory that the client mapped at an I/O virtual address.

    `memory` is None where it is reached by messages only. Use of it is counted, as the client must
    not get it back meanwhile.
    """

    __slots__ = (
        "end",
        "gone",
        "in_flight",
        "iova",
        "kind",
        "memory",
        "open_windows",
        "readable",
        "reads",
        "size",
        "writable",
        "writes",
    )

    def __init__(
        self, iova: int, size: int, memory: Memory | None, *, readable: bool, writable: bool
    ) -> None:
        self.iova = iova
        self.size = size
        self.end = iova + size
        """The address after its last."""
        self.memory = memory
        self.kind = "messages" if memory is None else memory.kind
        """How it is reached: "mapped", "file" or "messages"."""
        self.readable = readable
        self.writable = writable
        self.open_windows = 0
        """Windows that are open."""
        self.in_flight = 0
        """Asynchronous transfers that are under way."""
        self.gone = False
        """Whether the client took it back."""
        self.reads = Touched(size)
        """What the device read of it."""
        self.writes = Touched(size)
        """What the device wrote of it."""

    @property
    def busy(self) -> bool:
        """Whether it is in use at this moment."""
        return self.open_windows > 0 or self.in_flight > 0

    @property
    def directions(self) -> str:
        """What the device may do there: "rw", "r-" or "-w"."""
        return ("r" if self.readable else "-") + ("w" if self.writable else "-")

    def shared(self) -> Memory:
        """Return its memory; raises DmaFault where looking at that would be an access."""
        if self.memory is None:
            reason = "the client took it back" if self.gone else "it takes messages"
            raise DmaFault(f"{self} cannot be looked at: {reason}")
        return self.memory

    def close(self) -> bool:
        """Let go of the memory; return whether nobody reaches it through us any more."""
        self.gone = True
        memory, self.memory = self.memory, None
        return memory is None or memory.close()

    @staticmethod
    def told(text: str) -> tuple[int, int, bool, bool]:
        """Return address, size, readable and writable of a region from its repr, as in a trace.

        Raises ValueError where it is none.
        """
        match = _REPR.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no DMA region")
        start, end = int(match[1], 16), int(match[2], 16)
        return start, end - start, match[3] == "r", match[4] == "w"

    def __repr__(self) -> str:
        """Show the range, the directions, and how it is reached."""
        return f"<DMA {self.iova:#x} to {self.end:#x} {self.directions}, {self.kind}>"
