"""What one line of a trace says."""

from enum import StrEnum, auto
from typing import NamedTuple


class Kind(StrEnum):
    """What happened.  READ and WRITE are accesses; CHANGE is one to mapped memory, seen late."""

    READ = auto()
    WRITE = auto()
    CHANGE = auto()
    IRQ = auto()
    DMA_READ = auto()
    DMA_WRITE = auto()
    DMA_MAP = auto()
    DMA_UNMAP = auto()
    RESET = auto()
    CONNECT = auto()
    DISCONNECT = auto()
    PATCH = auto()
    FAULT = auto()
    LOG = auto()


class Event(NamedTuple):
    """One thing that happened.

    ``seq`` counts all events of a trace from 1.  ``time_ns`` is the trace's clock, in nanoseconds
    from an arbitrary start.  ``where`` names the place: ``bar0.CTRL``, ``msi[0]``.  ``offset`` is
    in bytes from the start of a region, or an IOVA.  ``data`` is as on the bus, little endian.
    """

    seq: int
    time_ns: int
    kind: Kind
    where: str
    offset: int | None
    data: bytes
    note: str
