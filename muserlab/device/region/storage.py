"""The bytes behind a region.

Always an mmap: its slices are bytes at once, and large ones cost nothing until touched. Where a
client may map the region it is a memfd, sealed so that neither side can change its size: a mapping
that shrinks kills whoever touches it next.
"""

import fcntl
import mmap
import os
import weakref

PAGE = mmap.PAGESIZE

_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class Storage:
    """Zeroed memory of size bytes; with a file behind it when shared, which closes with it."""

    __slots__ = ("__weakref__", "data", "fd", "size")

    def __init__(self, size: int, *, name: str = "", shared: bool = False) -> None:
        self.size = size
        self.fd = _sealed_memfd(name, size) if shared else None
        if self.fd is None:
            self.data = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        else:
            weakref.finalize(self, os.close, self.fd)
            self.data = mmap.mmap(self.fd, size)


def _sealed_memfd(name: str, size: int) -> int:
    fd = os.memfd_create(f"muserlab-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except OSError:
        os.close(fd)
        raise
    return fd
