"""What one line of a trace says."""

import re
from enum import StrEnum, auto
from typing import NamedTuple

_REMARK = re.compile(r"\b(\d+) bytes\b")
"""What a note says where data is not all of it: "first 1024 of 4096 bytes", "4096 bytes"."""

_UNITS = ((10**9, "s"), (10**6, "ms"), (10**3, "µs"), (1, "ns"))


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
    ``took_ns`` is how long the device took for an access, from when the region got it to its
    answer, with all that its hooks waited for, or the client for its messages of a DMA transfer;
    None where the answer is not there yet, and for what is neither.
    """

    seq: int
    time_ns: int
    kind: Kind
    where: str
    offset: int | None
    data: bytes
    note: str
    took_ns: int | None = None

    @property
    def shown_data(self) -> str:
        """The data as text: a number if it has up to 8 bytes, else the first of them."""
        return _show(self.data)

    @property
    def size(self) -> int:
        """The number of bytes that were moved, of which `data` may be the first only."""
        remark = _REMARK.search(self.note) if self.data and self.note else None
        return len(self.data) if remark is None else int(remark[1])

    @property
    def began_ns(self) -> int:
        """When it began: a write is recorded before its hooks, a read when its answer is there."""
        return self.time_ns - (self.took_ns or 0) * (self.kind is not Kind.WRITE)

    @property
    def shown_took(self) -> str:
        """How long it took as text, in a unit that suits: "12.3 µs"."""
        return lasting(self.took_ns)

    def cells(self, origin_ns: int) -> tuple[str, ...]:
        """Return the text of each field, as every table of events shows it.

        The time is in seconds from ``origin_ns``; data of up to 8 bytes is a number.
        """
        return (
            str(self.seq),
            f"{(self.time_ns - origin_ns) / 1e9:.6f}",
            self.kind.value,
            self.where,
            "" if self.offset is None else f"{self.offset:#x}",
            self.shown_data,
            self.shown_took,
            " ".join(self.note.split()),
        )


def _show(data: bytes) -> str:
    if not data:
        return ""
    if len(data) <= 8:
        return f"0x{int.from_bytes(data, 'little'):0{2 * len(data)}x}"
    return f"{data[:8].hex(' ')} … {len(data)} bytes"


def lasting(ns: int | None) -> str:
    """Return a length of time with three digits: "12.3 µs"; "" for None."""
    if ns is None:
        return ""
    size, unit = next((one for one in _UNITS if ns >= one[0]), _UNITS[-1])
    digits = 0 if size == 1 or ns >= 100 * size else 1 if ns >= 10 * size else 2
    return f"{ns / size:.{digits}f} {unit}"
