"""A device's access to its client's memory."""

import os
from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from errno import EEXIST, EINVAL, ENOENT, ENOSPC, ENOTSUP

from muserlab.device.dma.guest import GuestMemory
from muserlab.device.dma.memory import BytesLike, MappedMemory, octets, open_memory
from muserlab.device.dma.messenger import Messenger
from muserlab.device.dma.region import DmaRegion
from muserlab.device.dma.table import Piece, Table, pieces_of
from muserlab.device.dma.transfer import read_any, read_shared, write_any, write_shared
from muserlab.device.errors import BusyError, DmaError
from muserlab.device.journal import assign
from muserlab.device.mastering import Mastering
from muserlab.live import Hook, Owner
from muserlab.trace import Kind

WHERE = "dma"
"""What the trace calls all of the client's memory; offsets in it are I/O virtual addresses."""
KEPT = 64
"""Most bytes of a transfer that its trace event keeps."""
_SPACE = 1 << 64


class DMA:
    """Memory that the client mapped, by I/O virtual address (IOVA).

    `read`, `write` and `window` reach memory that is shared, `aread` and `awrite` all of it, by
    messages where it is not. Accesses go over the border of regions that touch. Each raises
    DmaError where memory is not mapped (EFAULT) or not for the direction (EACCES), before anything
    is transferred. `emit(hook, *args)` calls a hook whose answer nobody waits for.
    """

    def __init__(
        self,
        owner: Owner,
        emit: Callable[..., None],
        *,
        limit: int = 65535,
        mastering: Mastering | None = None,
    ) -> None:
        self.limit = limit
        """Most regions that the client may have mapped at a time."""
        self.messenger: Messenger | None = None
        """The way to the client, while one is connected."""
        self.on_map = Hook(owner, "dma.on_map", ("dev", "region"))
        self.on_unmap = Hook(owner, "dma.on_unmap", ("dev", "region"))
        self.owner = owner
        self._emit = emit
        self._table = Table()
        self._mastering = mastering or Mastering()

    @property
    def regions(self) -> tuple[DmaRegion, ...]:
        """What is mapped at this moment, by address."""
        return tuple(self._table)

    @property
    def open_windows(self) -> int:
        """Number of windows that are open."""
        return sum(region.open_windows for region in self._table)

    @property
    def busy(self) -> bool:
        """Whether a window is open or a transfer under way: the client cannot have memory back."""
        return any(region.busy for region in self._table)

    def succeed(self, former: "DMA") -> None:
        """Reach the client's memory as a former definition does, which still does too."""
        assign(self, _table=former._table, messenger=former.messenger, limit=former.limit)

    def forget(self) -> None:
        """Reach no memory any more: another definition does."""
        self._table, self.messenger = Table(), None

    # -- what the device does ----------------------------------------------------------------------

    def read(self, iova: int, count: int) -> bytes:
        """Return bytes of shared memory; raises DeadlockError where it takes messages."""
        return self.owner.run(self._read, iova, count)

    def write(self, iova: int, data: BytesLike) -> None:
        """Write to shared memory; raises DeadlockError where it takes messages."""
        self.owner.run(self._write, iova, data)

    async def aread(self, iova: int, count: int) -> bytes:
        """Return bytes of any memory.

        Raises DeadlockError where the client waits for us, DmaError where it refuses or leaves.
        """
        region = self._table.whole(iova, count)
        if region is not None and region.memory is not None:
            return self._read(iova, count)
        pieces = self._table.pieces(iova, count, "read")
        began = self.owner.trace.clock()
        data = await read_any(pieces, lambda: self.messenger)
        _count_reads(pieces)
        self._record(Kind.DMA_READ, iova, data, began)
        return data

    async def awrite(self, iova: int, data: BytesLike) -> None:
        """Write to any memory; raises what aread does, when a part may have been written."""
        data = octets(data)
        region = self._table.whole(iova, len(data))
        if region is not None and region.memory is not None:
            self._write(iova, data)
            return
        data = bytes(data)
        pieces = self._table.pieces(iova, len(data), "write")
        began = self.owner.trace.clock()
        await write_any(pieces, data, lambda: self.messenger)
        _count_writes(pieces)
        self._record(Kind.DMA_WRITE, iova, data, began)

    @contextmanager
    def window(self, iova: int, count: int) -> Generator[memoryview]:
        """Give a view of memory itself, without a copy, for as long as the `with` lasts.

        Read-only where the region is. An array can lie in it: `numpy.frombuffer(view, "<u4")`. One
        that is kept for longer, or a slice of the view, goes on reaching the memory; should the
        client take that back meanwhile, people are told. Raises DmaError where the bytes do not lie
        in one region (EINVAL), or in one that cannot be mapped (ENOTSUP).
        """
        region, view = self.owner.run(self._open_window, iova, count)
        try:
            yield view
        finally:
            self.owner.run(_close_window, region, view)

    def _read(self, iova: int, count: int) -> bytes:
        region = self._table.whole(iova, count)
        if region is not None and region.readable and region.memory is not None:
            offset = iova - region.iova
            data = region.memory.read(offset, count)
            region.reads.add(offset, count)
        else:
            pieces = self._table.pieces(iova, count, "read")
            data = read_shared(pieces)
            _count_reads(pieces)
        self._record(Kind.DMA_READ, iova, data)
        return data

    def _write(self, iova: int, data: BytesLike) -> None:
        data = octets(data)
        count = len(data)
        region = self._table.whole(iova, count)
        if region is not None and region.writable and region.memory is not None:
            offset = iova - region.iova
            region.memory.write(offset, data)
            region.writes.add(offset, count)
        else:
            pieces = self._table.pieces(iova, count, "write")
            write_shared(pieces, data)
            _count_writes(pieces)
        self._record(Kind.DMA_WRITE, iova, data)

    def _record(self, kind: Kind, iova: int, data: BytesLike, began: int | None = None) -> None:
        note = "" if len(data) <= KEPT else f"{len(data)} bytes"
        if self._mastering.off:
            note = f"{note}, {self._mastering.note('DMA')}" if note else self._mastering.note("DMA")
        self.owner.trace.record(kind, WHERE, iova, bytes(data[:KEPT]), note, began)

    def _open_window(self, iova: int, count: int) -> tuple[DmaRegion, memoryview]:
        pieces = self._table.pieces(iova, count, "read")
        if len(pieces) != 1:
            raise DmaError(
                f"a window of {count} bytes at {iova:#x} goes through {len(pieces)} regions, "
                "not one",
                EINVAL,
            )
        region, offset, _ = pieces[0]
        if not isinstance(region.memory, MappedMemory):
            raise DmaError(f"{region} cannot be mapped: use read and write, or aread", ENOTSUP)
        self._mastering.note("DMA")
        region.open_windows += 1
        _count_reads(pieces)
        if region.writable:
            _count_writes(pieces)
        return region, region.memory.view(offset, count)

    # -- what a person does ------------------------------------------------------------------------

    @property
    def memory(self) -> GuestMemory:
        """The client's memory, to look at: a hexdump in a terminal, a hex view in a notebook."""
        return GuestMemory(self)

    def peek(self, iova: int, count: int) -> bytes:
        """Return bytes of shared memory, on any thread, with nothing recorded and no message sent.

        Raises DmaFault where there is no memory, or none that can be looked at like this.
        """
        regions = self.regions
        first = bisect_right(regions, iova, key=lambda region: region.iova) - 1
        pieces = pieces_of(regions, first, iova, count, "read")
        return b"".join(one.region.shared().file.peek(one.offset, one.size) for one in pieces)

    def poke(self, iova: int, data: BytesLike) -> None:
        """Put data in shared memory, with nothing recorded; raises what `peek` raises."""
        self.owner.run(self._poke, iova, bytes(data))

    def _poke(self, iova: int, data: bytes) -> None:
        pieces = self._table.pieces(iova, len(data), "write")
        memories = [piece.region.shared() for piece in pieces]
        for memory, piece in zip(memories, pieces, strict=True):
            memory.write(piece.offset, data[: piece.size])
            data = data[piece.size :]

    # -- what the client does ----------------------------------------------------------------------

    def map(
        self,
        address: int,
        size: int,
        offset: int,
        *,
        readable: bool,
        writable: bool,
        fd: int | None = None,
    ) -> DmaRegion:
        """Carry out vfio-user's VFIO_USER_DMA_MAP.

        The fd belongs to this call from its beginning and is closed where it fails. Raises
        DmaError: EEXIST where something is mapped there, ENOSPC where there are `limit` regions,
        EINVAL where there is no such range, and what `open_memory` raises.
        """
        try:
            self._check(address, size, offset, readable=readable, writable=writable)
            memory = (
                open_memory(fd, offset, size, readable=readable, writable=writable)
                if fd is not None
                else None
            )
        except DmaError:
            if fd is not None:
                os.close(fd)
            raise
        region = DmaRegion(address, size, memory, readable=readable, writable=writable)
        self._table.add(region)
        self.owner.trace.record(Kind.DMA_MAP, WHERE, address, note=repr(region))
        self._emit(self.on_map, region)
        return region

    def _check(
        self, address: int, size: int, offset: int, *, readable: bool, writable: bool
    ) -> None:
        what = f"cannot map {size:#x} bytes at {address:#x}"
        if size <= 0 or address < 0 or address + size > _SPACE or offset < 0:
            raise DmaError(f"{what} (offset {offset:#x}): there is no such range", EINVAL)
        if not readable and not writable:
            raise DmaError(f"{what} for neither reading nor writing", EINVAL)
        former = self._table.overlapping(address, size)
        if former is not None:
            raise DmaError(f"{what}: {former} is there", EEXIST)
        if len(self._table) >= self.limit:
            raise DmaError(f"{what}: there are {self.limit} regions, which is the limit", ENOSPC)

    def unmap(self, address: int, size: int) -> None:
        """Carry out vfio-user's VFIO_USER_DMA_UNMAP.

        Raises DmaError (ENOENT) unless exactly this was mapped, BusyError while it is in use.
        """
        region = self._table.at(address)
        if region is None or (region.iova, region.size) != (address, size):
            there = "nothing" if region is None else region
            raise DmaError(
                f"cannot unmap {size:#x} bytes at {address:#x}: {there} is there", ENOENT
            )
        _check_idle(region)
        self._drop(region)

    def unmap_all(self) -> None:
        """Unmap every region; raises BusyError, with all still mapped, while one is in use."""
        for region in self._table:
            _check_idle(region)
        self.release()

    def release(self) -> None:
        """Let go of every region, in use or not: the client has left."""
        for region in self._table:
            self._drop(region)

    def _drop(self, region: DmaRegion) -> None:
        self._table.remove(region)
        if not region.close():
            self.owner.announce(
                f"the client took back {region}, which something made of a window still reaches: "
                "let go of arrays and slices"
            )
        self.owner.trace.record(Kind.DMA_UNMAP, WHERE, region.iova, note=repr(region))
        self._emit(self.on_unmap, region)

    def __repr__(self) -> str:
        """List the regions."""
        return "\n".join([f"DMA: {len(self._table)} regions", *map(repr, self._table)])


def _count_reads(pieces: Sequence[Piece]) -> None:
    for region, offset, size in pieces:
        region.reads.add(offset, size)


def _count_writes(pieces: Sequence[Piece]) -> None:
    for region, offset, size in pieces:
        region.writes.add(offset, size)


def _check_idle(region: DmaRegion) -> None:
    if region.busy:
        raise BusyError(
            f"{region} is in use: {region.open_windows} windows, {region.in_flight} transfers"
        )


def _close_window(region: DmaRegion, view: memoryview) -> None:
    # Closed even where an array lies in it: the client cannot wait for one that somebody forgot,
    # and the mapping outlives the region for as long as the array does.
    region.open_windows -= 1
    with suppress(BufferError):
        view.release()
