"""A region's memory in this process, as far as it is safe to touch.

The file belongs to the server, which may be hostile or just buggy: a file that shrinks kills
whoever touches a mapping behind its new end (SIGBUS). So only a memfd whose seals rule that out is
mapped; any other regular file is read and written by system calls, which fail instead.
"""

import errno
import fcntl
import mmap
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from muserlab.client.errors import ClientError, NotMappable
from muserlab.client.integers import pack, unpack
from muserlab.proto import RegionFlags, RegionInfo, SparseMmap

_MAX_AREAS = 1024
_END_OF_FILES = 1 << 63


@dataclass(frozen=True, slots=True)
class Area:
    """A mappable part of a region; `view` is its memory, None where only system calls are safe."""

    offset: int
    size: int
    view: memoryview | None


class Mapping:
    """The mappable areas of one region, accessed without any message.

    Neither hooks nor access types of a server see such accesses; it can only poll its memory.
    `areas` are sorted by offset. A context manager; also closed with its driver.
    """

    def __init__(self, name: str, info: RegionInfo, fd: int) -> None:
        self._name = name
        self._fd = fd
        self._base = info.offset
        self._maps: list[mmap.mmap] = []
        self.areas: tuple[Area, ...] = ()
        self.readable = RegionFlags.READ in info.flags
        self.writable = RegionFlags.WRITE in info.flags
        self.closed = False
        try:
            self.areas = tuple(self._open(*area) for area in mappable_areas(name, info))
        except BaseException:
            self.close()
            raise

    @property
    def view(self) -> memoryview:
        """The memory of the only area. Raises NotMappable where there is none, or not one."""
        if self.closed:
            raise NotMappable(f"the mapping of {self._name} is closed")
        if len(self.areas) != 1:
            raise NotMappable(f"{self._name} has {len(self.areas)} areas: take areas[i].view")
        if (view := self.areas[0].view) is None:
            raise NotMappable(
                f"{self._name} is a file that may shrink: use read and write, which cannot crash"
            )
        return view

    def read(self, offset: int, size: int = 4) -> int:
        """Read a little-endian number from mapped memory."""
        return unpack(self.read_bytes(offset, size))

    def write(self, offset: int, value: int, size: int = 4) -> None:
        """Write a little-endian number to mapped memory."""
        self.write_bytes(offset, pack(value, size))

    def read_bytes(self, offset: int, count: int) -> bytes:
        """Copy bytes out of one area. Raises NotMappable outside of the areas."""
        area = self._area(offset, count, allowed=self.readable)
        if area.view is not None:
            return bytes(area.view[offset - area.offset :][:count])
        with self._telling(offset):
            data = os.pread(self._fd, count, self._base + offset)
        self._require_whole(count, len(data))
        return data

    def write_bytes(self, offset: int, data: bytes) -> None:
        """Copy bytes into one area. Raises NotMappable outside of the areas."""
        area = self._area(offset, len(data), allowed=self.writable)
        if area.view is not None:
            area.view[offset - area.offset :][: len(data)] = data
        else:
            with self._telling(offset):
                done = os.pwrite(self._fd, data, self._base + offset)
            self._require_whole(len(data), done)

    def close(self) -> None:
        """Unmap; views that others took stay valid until they are dropped. Twice is fine."""
        self.closed = True
        for area in self.areas:
            if area.view is not None:
                with suppress(BufferError):
                    area.view.release()
        while self._maps:
            with suppress(BufferError):
                self._maps.pop().close()

    def __enter__(self) -> "Mapping":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else ", ".join(map(_describe, self.areas))
        return f"<mapping of {self._name}: {state}>"

    def _open(self, offset: int, size: int) -> Area:
        start = self._base + offset
        if not can_map(self._fd, start, size):
            return Area(offset, size, None)
        access = (mmap.PROT_READ if self.readable else 0) | (
            mmap.PROT_WRITE if self.writable else 0
        )
        with self._telling(offset):
            memory = mmap.mmap(self._fd, size, mmap.MAP_SHARED, access, offset=start)
        self._maps.append(memory)
        return Area(offset, size, memoryview(memory))

    def _area(self, offset: int, count: int, *, allowed: bool) -> Area:
        if self.closed or not allowed:
            reason = "is closed" if self.closed else "does not allow that access"
            raise NotMappable(f"the mapping of {self._name} {reason}")
        for area in self.areas:
            if area.offset <= offset and offset + count <= area.offset + area.size and count >= 0:
                return area
        raise NotMappable(f"{count} bytes at {self._name}+{offset:#x} are in no mapped area")

    @contextmanager
    def _telling(self, offset: int) -> Generator[None]:
        """Say of a system call's error where it happened."""
        try:
            yield
        except OSError as error:
            text = f"the file behind {self._name}+{offset:#x}: {error.strerror}"
            raise ClientError(text, error.errno or errno.EIO) from error

    def _require_whole(self, wanted: int, done: int) -> None:
        if done != wanted:
            raise ClientError(f"the file behind {self._name} ends early: {done} of {wanted} bytes")


def mappable_areas(name: str, info: RegionInfo) -> tuple[tuple[int, int], ...]:
    """Return the (offset, size) of each area that the server lets the client map, sorted.

    Without a sparse-mmap capability that is the whole region (specification, "VFIO region info
    cap sparse mmap"). Raises NotMappable where the server's numbers are impossible.
    """
    if RegionFlags.MMAP not in info.flags or not info.size:
        return ()
    sparse = [item for item in info.capabilities if isinstance(item, SparseMmap)]
    if info.offset + info.size >= _END_OF_FILES:
        raise NotMappable(f"{name}: no file reaches from {info.offset:#x} on for {info.size:#x}")
    if not sparse:
        return ((0, info.size),)
    areas = sorted(area for item in sparse for area in item.areas if area[1])
    if len(areas) > _MAX_AREAS or any(offset + size > info.size for offset, size in areas):
        raise NotMappable(f"{name}: the server's areas do not lie in {info.size:#x} bytes: {areas}")
    return tuple(areas)


def can_map(fd: int, start: int, size: int) -> bool:
    """Tell whether a file range may be mapped: sealed against shrinking, large enough, aligned.

    The seals are looked at before the size: after that the size can only grow. Raises NotMappable
    for what is no regular file, which system calls might block on.
    """
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise NotMappable("the server's fd is no regular file")
    try:
        seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
    except OSError:
        return False  # not a memfd
    large_enough = start + size <= os.fstat(fd).st_size
    aligned = start % mmap.ALLOCATIONGRANULARITY == 0
    return bool(seals & fcntl.F_SEAL_SHRINK) and large_enough and aligned


def _describe(area: Area) -> str:
    how = "mapped" if area.view is not None else "by system calls"
    return f"{area.offset:#x}-{area.offset + area.size - 1:#x} {how}"
