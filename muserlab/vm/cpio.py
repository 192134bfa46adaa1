"""Archives in cpio's "newc" format, which the kernel unpacks as the guest's first file system.

Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst. Every header field is
eight hexadecimal digits; names and contents are padded to four bytes; the entry TRAILER!!! ends
the archive. No root rights are needed to give entries to root or to write device nodes, which is
why this does not go through a folder on the disk and the cpio program.
"""

import stat
from typing import BinaryIO

_MAGIC = b"070701"
_ALIGNMENT = 4
_TRAILER = "TRAILER!!!"


class CpioWriter:
    """Writes entries, owned by root and dated 1970, to a binary file; `close` ends the archive.

    Paths are relative to the guest's root, without a leading slash. Folders above an entry are
    added as needed, so the order in which entries are added does not matter. Adding a path twice
    replaces nothing: the kernel unpacks both, and the later one wins.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._next_inode = 1
        self._folders: set[str] = {""}

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a folder and those above it, unless it has been added already."""
        if path in self._folders:
            return
        self._folder_above(path)
        self._folders.add(path)
        self._entry(path, stat.S_IFDIR | mode)

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a regular file."""
        self._folder_above(path)
        self._entry(path, stat.S_IFREG | mode, content)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._folder_above(path)
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, path: str, major: int, minor: int, mode: int = 0o600) -> None:
        """Add a device node."""
        self._folder_above(path)
        self._entry(path, stat.S_IFCHR | mode, device=(major, minor))

    def close(self) -> None:
        """End the archive; the file below stays open."""
        self._entry(_TRAILER, 0)

    def _folder_above(self, path: str) -> None:
        self.folder(path.rpartition("/")[0])

    def _entry(
        self, path: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)
    ) -> None:
        name = path.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        # inode, mode, uid, gid, nlink, mtime, size, device, the node's device, name's size, sum
        fields = (self._next_inode, mode, 0, 0, links, 0, len(content), 0, 0, *device, len(name), 0)
        self._next_inode += 1
        header = _MAGIC + b"".join(b"%08X" % field for field in fields)
        self._out.write(_padded(header + name))
        self._out.write(_padded(content))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGNMENT)
