"""Which pages of large memory hold something: the kernel knows without reading them."""

import ctypes
import os
from collections.abc import Iterator
from itertools import groupby
from mmap import PAGESIZE, mmap
from pathlib import Path

_PAGEMAP = Path("/proc/self/pagemap")
_ENTRY = 8
_PRESENT_OR_SWAPPED = 0b11 << 62


def pages_of_process(memory: mmap, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of bytes of anonymous memory whose pages were touched.

    Linux tells in /proc/self/pagemap, 8 bytes a page (its Documentation/admin-guide/mm/pagemap).
    """
    first_byte = ctypes.c_char.from_buffer(memory)
    address = ctypes.addressof(first_byte)
    del first_byte  # it would keep the memory from being closed
    first, last = start // PAGESIZE, -(-end // PAGESIZE)
    with _PAGEMAP.open("rb") as file:
        file.seek((address // PAGESIZE + first) * _ENTRY)
        entries = memoryview(file.read((last - first) * _ENTRY)).cast("Q")
    there = (bool(entry & _PRESENT_OR_SWAPPED) for entry in entries)
    for wanted, run in groupby(enumerate(there, first), key=lambda page: page[1]):
        if wanted:
            pages = [page for page, _ in run]
            yield max(pages[0] * PAGESIZE, start), min((pages[-1] + 1) * PAGESIZE, end)


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
