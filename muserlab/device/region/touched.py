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


def pages_of_process(memory: mmap) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of pages of anonymous memory that were touched.

    Linux tells in /proc/self/pagemap, 8 bytes a page (its Documentation/admin-guide/mm/pagemap).
    """
    first_byte = ctypes.c_char.from_buffer(memory)
    first = ctypes.addressof(first_byte) // PAGESIZE
    del first_byte  # it would keep the memory from being closed
    count = -(-len(memory) // PAGESIZE)
    with _PAGEMAP.open("rb") as file:
        file.seek(first * _ENTRY)
        entries = memoryview(file.read(count * _ENTRY)).cast("Q")
    there = (bool(entry & _PRESENT_OR_SWAPPED) for entry in entries)
    for wanted, run in groupby(enumerate(there), key=lambda page: page[1]):
        if wanted:
            pages = [page for page, _ in run]
            yield pages[0] * PAGESIZE, min((pages[-1] + 1) * PAGESIZE, len(memory))


def pages_of_file(fd: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of bytes of a memfd that were ever written."""
    # Seeking moves the position of an open file, which others may share: so one of its own.
    own = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        end = 0
        while end < size:
            try:
                start = os.lseek(own, end, os.SEEK_DATA)
            except OSError:  # ENXIO: there is nothing more
                return
            end = os.lseek(own, start, os.SEEK_HOLE)
            yield start, end
    finally:
        os.close(own)
