"""Memory that a server may reach: what it is made of, and who finds it by its address."""

import errno
import fcntl
import mmap
import os
from bisect import bisect_right, insort
from collections.abc import Iterator
from contextlib import suppress

from muserlab.client.errors import ClientError

_FIRST_IOVA = 0x10_0000  # above what a PC keeps for itself, within reach of a 24-bit DMA mask
_END_OF_IOVA = 1 << 64


class DmaRefused(Exception):
    """The server asked for memory that it may not have; `errno` is its answer."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.errno = code


class Memory:
    """A piece of memory at an IOVA: what a driver hands to its device.

    `view` is all of it, writable, as long as it is offered. `readable` and `writable` say what the
    device may do.
    """

    def __init__(
        self, iova: int, size: int, *, readable: bool, writable: bool, fd: int | None = None
    ) -> None:
        self.iova = iova
        self.size = size
        self.readable = readable
        self.writable = writable
        self.shared = fd is not None
        self._memory = mmap.mmap(-1 if fd is None else fd, size)
        self.view = memoryview(self._memory)
        self.closed = False

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.iova + self.size

    def read(self, offset: int = 0, count: int | None = None) -> bytes:
        """Copy bytes out; to the end by default. Raises IndexError outside of the memory."""
        count = self.size - offset if count is None else count
        return bytes(self.view[self._slice(offset, count)])

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Copy bytes in. Raises IndexError where they do not fit."""
        self.view[self._slice(offset, len(data))] = data

    def close(self) -> None:
        """Let go of the memory; views that others took of it stay valid until they are dropped."""
        self.closed = True
        with suppress(BufferError):
            self.view.release()
            self._memory.close()

    def _slice(self, offset: int, count: int) -> slice:
        if offset < 0 or count < 0 or offset + count > self.size:
            raise IndexError(f"{count} bytes at {offset:#x} are outside of {self!r}")
        return slice(offset, offset + count)

    def __repr__(self) -> str:
        access = ("r" if self.readable else "") + ("w" if self.writable else "")
        kind = "shared" if self.shared else "by messages"
        return f"<memory {self.iova:#x}-{self.end - 1:#x} {access} {kind}>"


class MemoryTable:
    """What is offered to the server, by address; serves its DMA messages."""

    def __init__(self, max_transfer: int) -> None:
        self._max_transfer = max_transfer
        self._memories: list[Memory] = []

    def __iter__(self) -> Iterator[Memory]:
        return iter(tuple(self._memories))

    def add(self, memory: Memory) -> None:
        """Offer memory. Raises ClientError (EEXIST) where other memory is."""
        self.require_free(memory.iova, memory.size)
        insort(self._memories, memory, key=_by_iova)

    def remove(self, memory: Memory) -> None:
        """Withdraw memory, if it is still there."""
        if memory in self._memories:
            self._memories.remove(memory)

    def require_free(self, iova: int, size: int) -> None:
        """Raise ClientError where the range is no address range or something lies in it."""
        if size <= 0 or iova < 0 or iova + size > _END_OF_IOVA:
            raise ClientError(f"no memory of {size:#x} bytes can be at IOVA {iova:#x}")
        for memory in self._memories:
            if iova < memory.end and memory.iova < iova + size:
                raise ClientError(f"IOVA {iova:#x} is taken by {memory!r}", errno.EEXIST)

    def find_gap(self, size: int, alignment: int) -> int:
        """Return the lowest IOVA from 1 MiB up where `size` bytes are free."""
        iova = _align(_FIRST_IOVA, alignment)
        for memory in self._memories:
            if iova + size <= memory.iova:
                break
            iova = max(iova, _align(memory.end, alignment))
        return iova

    def read(self, address: int, count: int) -> bytes:
        """Answer a DMA read, over borders of adjacent memories. Raises DmaRefused."""
        pieces = self._pieces(address, count)
        if not all(memory.readable for memory, _, _ in pieces):
            raise DmaRefused(errno.EACCES, f"{address:#x} may not be read")
        return b"".join(memory.read(offset, length) for memory, offset, length in pieces)

    def write(self, address: int, data: bytes) -> None:
        """Perform a DMA write, all of it or nothing. Raises DmaRefused."""
        pieces = self._pieces(address, len(data))
        if not all(memory.writable for memory, _, _ in pieces):
            raise DmaRefused(errno.EACCES, f"{address:#x} may not be written")
        done = 0
        for memory, offset, length in pieces:
            memory.write(offset, data[done : done + length])
            done += length

    def _pieces(self, address: int, count: int) -> list[tuple[Memory, int, int]]:
        if not 0 < count <= self._max_transfer:
            raise DmaRefused(errno.EINVAL, f"{count} bytes are no DMA transfer")
        pieces: list[tuple[Memory, int, int]] = []
        position = bisect_right(self._memories, address, key=_by_iova) - 1
        while count:
            memory = self._memories[position] if 0 <= position < len(self._memories) else None
            if memory is None or not memory.iova <= address < memory.end:
                raise DmaRefused(errno.EFAULT, f"no memory at {address:#x}")
            length = min(count, memory.end - address)
            pieces.append((memory, address - memory.iova, length))
            address, count, position = address + length, count - length, position + 1
        return pieces


def make_memfd(size: int) -> int:
    """Create an anonymous file of a size that nobody can change, and return its fd.

    Sealed, so that whoever maps it need not fear that it is truncated (memfd_create(2)).
    """
    fd = os.memfd_create("muserlab-dma", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(fd, size)
        fcntl.fcntl(
            fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        )
    except BaseException:
        os.close(fd)
        raise
    return fd


def _by_iova(memory: Memory) -> int:
    return memory.iova


def _align(address: int, alignment: int) -> int:
    return -(-address // alignment) * alignment
