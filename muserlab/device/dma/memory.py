"""Memory that a client shares by an fd.

Client and server do not trust each other. Whoever sent a file can truncate it, and touching a
mapping beyond its end kills the process. So only a file that the kernel keeps from shrinking is
mapped; any other is read and written with system calls, which fail harmlessly.
"""

import fcntl
import mmap
import os
import stat
from errno import EACCES, EINVAL
from typing import Protocol

from muserlab.device.dma.clientfile import ClientFile, attempt, read_file
from muserlab.device.errors import DmaError, DmaFault

BytesLike = bytes | bytearray | memoryview


def octets(data: BytesLike) -> BytesLike:
    """Return data, whose items may be of any size, as single bytes, without a copy."""
    return memoryview(data).cast("B") if isinstance(data, memoryview) else data


class Memory(Protocol):
    """Bytes of a region, by offset in it. The caller keeps within bounds and direction."""

    kind: str
    file: ClientFile
    """What is behind it, for people to look at."""

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes; raises DmaError where the file behind does not have them any more."""
        ...

    def write(self, offset: int, data: BytesLike) -> None:
        """Store bytes; raises DmaError where the file behind does not take them."""
        ...

    def close(self) -> bool:
        """Let go of the memory; return False where somebody holds a view of it, which lives on."""
        ...


class MappedMemory:
    """A mapped file that cannot shrink; read-only where the region is."""

    kind = "mapped"

    def __init__(self, mapping: mmap.mmap, start: int, file: ClientFile) -> None:
        self.file = file
        self._mapping = mapping
        self._start = start

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes."""
        start = self._start + offset
        return self._mapping[start : start + count]

    def write(self, offset: int, data: BytesLike) -> None:
        """Store bytes."""
        start = self._start + offset
        self._mapping[start : start + len(data)] = data

    def view(self, offset: int, count: int) -> memoryview:
        """Return the bytes themselves."""
        start = self._start + offset
        return memoryview(self._mapping)[start : start + count]

    def close(self) -> bool:
        """Unmap the file; if somebody still holds a view of it, once that is gone."""
        self.file.close()
        try:
            self._mapping.close()
        except BufferError:
            return False
        return True


class FileMemory:
    """A file that is read and written."""

    kind = "file"

    def __init__(self, fd: int, start: int) -> None:
        self.file = ClientFile(fd, start)
        self._fd = fd
        self._start = start

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes; raises DmaError where the file ends before them."""
        return read_file(self._fd, self._start + offset, count)

    def write(self, offset: int, data: BytesLike) -> None:
        """Store bytes; raises DmaError where the file does not take them."""
        at, rest = self._start + offset, memoryview(data)
        while rest:
            written = attempt(os.pwrite, self._fd, rest, at)
            if not written:
                raise DmaFault(f"the client's file takes nothing at {at:#x}")
            at, rest = at + written, rest[written:]

    def close(self) -> bool:
        """Close the fd."""
        self.file.close()
        return True


def open_memory(fd: int, offset: int, size: int, *, readable: bool, writable: bool) -> Memory:
    """Return size bytes of a file from offset on; fd belongs to the result.

    Raises DmaError, and leaves the fd to the caller, where it is not a regular file or memfd, is
    too small, or was not opened for the direction.
    """
    status = attempt(os.fstat, fd)
    if not stat.S_ISREG(status.st_mode):
        raise DmaError(
            "DMA memory has to be a memfd or a regular file; the client sent neither", EINVAL
        )
    if offset + size > status.st_size:
        raise DmaError(
            f"DMA memory ends at {offset + size:#x} of a file of {status.st_size:#x} bytes", EINVAL
        )
    mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
    if (readable and mode == os.O_WRONLY) or (writable and mode == os.O_RDONLY):
        raise DmaError("the client's fd was not opened for the direction of its region", EACCES)
    if not _seals(fd) & fcntl.F_SEAL_SHRINK:
        return FileMemory(fd, offset)
    mapping, start = _map(fd, offset, size, status, writable=writable)
    return MappedMemory(mapping, start, ClientFile(fd, offset))


def _map(
    fd: int, offset: int, size: int, status: os.stat_result, *, writable: bool
) -> tuple[mmap.mmap, int]:
    """Map whole pages around the bytes; return the mapping and where in it the bytes start.

    Of a file on huge pages, the block size is that of the pages.
    """
    page = max(mmap.PAGESIZE, status.st_blksize)
    base = offset // page * page
    end = min(-(-(offset + size) // page) * page, status.st_size)
    protection = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
    mapping = attempt(mmap.mmap, fd, end - base, mmap.MAP_SHARED, protection, offset=base)
    return mapping, offset - base


def _seals(fd: int) -> int:
    try:
        return fcntl.fcntl(fd, fcntl.F_GET_SEALS)
    except OSError:
        return 0
