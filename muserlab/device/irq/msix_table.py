"""The MSI-X table and its pending bits (PCI Local Bus 3.0, 6.8.2.6 to 6.8.2.9)."""

from collections.abc import Callable
from typing import Protocol

from muserlab.device.errors import RegionError
from muserlab.device.journal import assign, poke

ENTRY = 16
"""Bytes of one entry: address (8), data (4), vector control (4)."""
_MASK_BIT = 12  # the byte whose lowest bit masks the vector
_WRITABLE = b"\xfc\xff\xff\xff" + b"\xff" * 8 + b"\x01\x00\x00\x00"
_AFTER_RESET = bytes(_MASK_BIT) + b"\x01\x00\x00\x00"


class MSIXControl(Protocol):
    """The MSI-X capability's switches."""

    on_change: Callable[[], None]

    @property
    def count(self) -> int:
        """Number of vectors."""
        ...

    @property
    def on(self) -> bool:
        """MSI-X Enable."""
        ...

    @property
    def all_masked(self) -> bool:
        """Function Mask."""
        ...


class MSIXTable:
    """Bytes of the table and of the pending bit array; also the gate of the vectors.

    A BAR holds both; offsets here count from the beginning of each. A client that keeps the table
    itself, as QEMU does, never writes it here. So an entry masks its vector only once its vector
    control was written, although it reads as masked after a reset, as PCI wants it.
    """

    def __init__(self, control: MSIXControl) -> None:
        self.count = control.count
        self.size = ENTRY * self.count
        self.pba_size = (self.count + 63) // 64 * 8
        self.on_change: Callable[[range], None] = lambda _vectors: None
        self._control = control
        self._table = bytearray(_AFTER_RESET * self.count)
        self._pba = bytearray(self.pba_size)
        self._written: set[int] = set()
        control.on_change = self._all_changed

    def _all_changed(self) -> None:
        self.on_change(range(self.count))

    # -- what the guest does -----------------------------------------------------------------------

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the table; raises RegionError outside of it."""
        return _slice(self._table, "table", offset, count)

    def read_pba(self, offset: int, count: int) -> bytes:
        """Return bytes of the pending bit array; raises RegionError outside of it."""
        return _slice(self._pba, "pending bit array", offset, count)

    def write(self, offset: int, data: bytes) -> None:
        """Write the table's writable bits; raises RegionError outside of it."""
        _slice(self._table, "table", offset, len(data))
        for i, byte in enumerate(data, offset):
            entry, within = divmod(i, ENTRY)
            self._table[i] = byte & _WRITABLE[within]
            if within == _MASK_BIT:
                self._written.add(entry)
        self.on_change(range(offset // ENTRY, (offset + len(data) - 1) // ENTRY + 1))

    # -- what the vectors ask ----------------------------------------------------------------------

    def enabled(self, _vector: int) -> bool:
        """Tell whether the guest has MSI-X on."""
        return self._control.on

    def blocked(self, vector: int) -> bool:
        """Tell whether the guest masks the vector, alone or with all others."""
        alone = vector in self._written and self._table[vector * ENTRY + _MASK_BIT] & 1
        return self._control.all_masked or bool(alone)

    def show(self, vector: int, pending: bool) -> None:
        """Set or clear the vector's pending bit."""
        byte, bit = divmod(vector, 8)
        if pending:
            self._pba[byte] |= 1 << bit
        else:
            self._pba[byte] &= ~(1 << bit)

    def reset(self) -> None:
        """Bring the table to its state after a reset."""
        self._table[:] = _AFTER_RESET * self.count
        self._written.clear()
        self._all_changed()

    def succeed(self, former: "MSIXTable") -> None:
        """Take over what a former definition's table holds, as far as this one reaches."""
        size, pba_size = min(self.size, former.size), min(self.pba_size, former.pba_size)
        poke(self._table, 0, bytes(former._table[:size]))
        poke(self._pba, 0, bytes(former._pba[:pba_size]))
        assign(self, _written={entry for entry in former._written if entry < self.count})


def _slice(data: bytearray, what: str, offset: int, count: int) -> bytes:
    if offset < 0 or count < 0 or offset + count > len(data):
        raise RegionError(f"MSI-X {what}: {count} bytes at {offset:#x} of {len(data):#x}")
    return bytes(data[offset : offset + count])
