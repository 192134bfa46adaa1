"""The socket file: who may open it, whether its path is free, and whose it is when it goes."""

import errno
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import Self

MAX_PATH = 107
"""Bytes that a Unix socket's path may have: sun_path less its closing NUL (unix(7))."""

BACKLOG = 8


class SocketInUse(Exception):
    """Something is at the path already, and it is not a socket that was left behind."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path} {what}; choose another path, or stop what uses this one")
        self.path = path


class SocketPathError(ValueError):
    """No socket can be made at the path."""


def private_directory() -> Path:
    """Make and return the directory for sockets that only this user may enter (mode 0700).

    It is `muserlab` in $XDG_RUNTIME_DIR, or `muserlab-UID` in the directory for temporary files
    where no such variable is set.

    Raises SocketPathError if the directory is another user's, or open to others.
    """
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if runtime.is_absolute() and runtime.is_dir():
        directory = runtime / "muserlab"
    else:
        directory = Path(tempfile.gettempdir(), f"muserlab-{os.getuid()}")
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise SocketPathError(f"{directory} is not a directory of this user: remove it")
    if status.st_mode & 0o077:
        raise SocketPathError(f"{directory} is open to other users: run chmod 700 {directory}")
    return directory


class SocketFile:
    """A listening Unix stream socket and its file, mode 0600, which goes when this is closed.

    Its directory has to exist. A socket file on which nobody listens any more is replaced. Nobody
    can connect before the mode is set.

    Error handling:
      SocketInUse: something lives at the path.
      SocketPathError: the path is longer than a socket's may be, or its directory does not exist.
      OSError: the directory cannot be written.

    Resource handling: closing removes the file only if it is still this one, so that a server
    that took over the path keeps its own.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        _check_length(self.path)
        if not self.path.parent.is_dir():
            raise SocketPathError(f"there is no directory {self.path.parent} for {self.path.name}")
        _remove_stale(self.path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        try:
            self.socket.bind(os.fspath(self.path))
        except OSError as error:
            self.socket.close()
            if error.errno == errno.EADDRINUSE:
                raise SocketInUse(self.path, "was taken a moment ago") from None
            raise
        self.path.chmod(0o600)
        self._identity = _identity(self.path)
        self.socket.listen(BACKLOG)

    def close(self) -> None:
        """Stop listening and remove the file if it is still ours; again is harmless."""
        if self.socket.fileno() == -1:
            return
        if _identity(self.path) == self._identity:
            self.path.unlink()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_length(path: Path) -> None:
    length = len(os.fsencode(path))
    if length > MAX_PATH:
        raise SocketPathError(
            f"{path} has {length} bytes, and a Unix socket's path at most {MAX_PATH}: "
            f"choose a shorter one"
        )


def _remove_stale(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise SocketInUse(path, "is there and is no socket")
    if _is_bound(path):
        raise SocketInUse(path, "is a socket that somebody serves")
    path.unlink(missing_ok=True)


def _is_bound(path: Path) -> bool:
    """Ask whether a process still holds the socket, without becoming its client.

    A datagram socket cannot connect to a stream socket. The kernel looks for an owner before it
    compares the types, so the error tells them apart and the owner sees nothing.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(os.fspath(path)) != errno.ECONNREFUSED


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
