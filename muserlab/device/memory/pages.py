"""Which pages of large memory hold something: the kernel knows without reading them."""

import ctypes
import os
import re
from collections.abc import Iterator
from mmap import PAGESIZE, mmap
from pathlib import Path

_PAGEMAP = Path("/proc/self/pagemap")
_ENTRY = 8  # bytes for a page; in the highest of them, bit 7 is "present", bit 6 "swapped"
_THERE = re.compile(rb"[\x40-\xff]+")
_AT_ONCE = 1 << 16  # entries


def pages_of_process(memory: mmap, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of runs of bytes of anonymous memory whose pages were touched.

    Linux tells in /proc/self/pagemap (its Documentation/admin-guide/mm/pagemap).
    """
    first_byte = ctypes.c_char.from_buffer(memory)
    address = ctypes.addressof(first_byte)
    del first_byte  # it would keep the memory from being closed
    last = -(-end // PAGESIZE)
    with _PAGEMAP.open("rb") as file:
        for first in range(start // PAGESIZE, last, _AT_ONCE):
            file.seek((address // PAGESIZE + first) * _ENTRY)
            highest = file.read(min(_AT_ONCE, last - first) * _ENTRY)[_ENTRY - 1 :: _ENTRY]
            for run in _THERE.finditer(highest):
                low, high = ((first + page) * PAGESIZE for page in run.span())
                yield max(low, start), min(high, end)


def pages_of_file(fd: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of bytes of a file or memfd that were ever written."""
    # Seeking moves the position of an open file, which others may share: so one of its own.
    own = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        while start < end:
            try:
                first = os.lseek(own, start, os.SEEK_DATA)
            except OSError:  # ENXIO: there is nothing more
                return
            start = os.lseek(own, first, os.SEEK_HOLE)
            if first < end:
                yield first, min(start, end)
    finally:
        os.close(own)
