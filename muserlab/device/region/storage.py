"""The bytes behind a region.

Always an mmap: its slices are bytes at once, and large ones cost nothing until touched; so nothing
is set aside for them, and a BAR may be larger than the machine's memory. Where a
client may map the region it is a memfd, sealed so that neither side can change its size: a mapping
that shrinks kills whoever touches it next.
"""

import fcntl
import mmap
import os
import weakref
from collections.abc import Iterable, Iterator

from muserlab.device.memory import Span, pages_of_file, pages_of_process

PAGE = mmap.PAGESIZE

_PIECE = 16 * PAGE
_NORESERVE = 0x4000  # Linux's number; Python knows it since 3.13
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class Storage:
    """Zeroed memory of size bytes; with a file behind it when shared, which closes with it."""

    __slots__ = ("__weakref__", "data", "fd", "size")

    def __init__(self, size: int, *, name: str = "", shared: bool = False) -> None:
        self.size = size
        self.fd = _sealed_memfd(name, size) if shared else None
        if self.fd is None:
            flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE
            self.data = mmap.mmap(-1, size, flags=flags)
        else:
            weakref.finalize(self, os.close, self.fd)
            self.data = mmap.mmap(self.fd, size)

    def copy_from(self, original: "Storage") -> None:
        """Hold what an original of the same size holds; pages that nobody touched stay so."""
        own = [*self.touched(0, self.size)]
        for at, piece in original._pieces(original.touched(0, original.size)):
            if piece.count(0) < len(piece):
                self.data[at : at + len(piece)] = piece
        for at, piece in original._pieces(own):
            if self.data[at : at + len(piece)] != piece:
                self.data[at : at + len(piece)] = piece

    def _pieces(self, spans: Iterable[Span]) -> Iterator[tuple[int, bytes]]:
        for start, end in spans:
            for at in range(start, end, _PIECE):
                yield at, self.data[at : min(at + _PIECE, end)]

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield what of a range may hold something other than zeros, in order."""
        if self.fd is None:
            return pages_of_process(self.data, start, end)
        return pages_of_file(self.fd, start, end)


def _sealed_memfd(name: str, size: int) -> int:
    fd = os.memfd_create(f"muserlab-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except OSError:
        os.close(fd)
        raise
    return fd
