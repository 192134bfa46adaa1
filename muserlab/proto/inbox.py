"""What has arrived and is not yet a whole message.

A stream socket splits and joins messages as it likes, and fds have no place of their own in it: the
kernel hands them over with the first byte of the segment that they were sent with, and ends the
receive at that segment's end. So what comes with fds may begin with the rest of earlier messages,
but no later segment follows: the fds belong to a message that begins in what came with them, the
last one if in doubt, but rather to one whose command can have fds (a sender may have put several
messages into one segment). Only where none begins there, they belong to the message under way.
"""

from collections.abc import Sequence

from .codec import REPLIES_WITH_FDS, REQUESTS_WITH_FDS
from .fds import NO_FDS, Custody, Fds
from .header import HEADER, TYPE_COMMAND, Header


class Inbox:
    """Bytes and fds between their arrival and the message that they complete.

    fd_limit: how many fds a message may have; all of them are closed where there are more.
    lacks: how many bytes the message under way lacks, or its header; 0 where none is under way.
    """

    __slots__ = ("_custody", "_partial", "_placed", "fd_limit", "lacks")

    def __init__(self, custody: Custody, fd_limit: int) -> None:
        self.fd_limit = fd_limit
        self.lacks = 0
        self._custody = custody
        self._partial = bytearray()
        self._placed: dict[int, Fds] = {}

    def add(self, data: bytes | memoryview, fds: Sequence[int]) -> memoryview | None:
        """Return all that is unread, or None while that cannot complete a message.

        The view must be given back to `keep` before the next call.
        """
        begin = len(self._partial)
        view = None
        if not begin:
            view = memoryview(data)
        else:
            self._partial += data
            self.lacks -= len(data)
            if self.lacks <= 0:
                view = memoryview(self._partial)
        if fds:
            self._place(0 if view is None else _owner(view, begin), fds)
        return view

    def _place(self, position: int, fds: Sequence[int]) -> None:
        if position not in self._placed:
            self._placed[position] = self._custody.open()
        self._placed[position].add(fds, self.fd_limit)

    def fds_at(self, position: int) -> Fds:
        """Hand over the fds of the message at a position of the view."""
        return self._placed.pop(position, NO_FDS)

    def keep(self, view: memoryview, position: int, size: int) -> None:
        """Keep what follows a position: the start of a message of `size` bytes."""
        self._partial = bytearray(view[position:])
        self.lacks = size - len(self._partial) if self._partial else 0
        self._placed = {at - position: fds for at, fds in self._placed.items()}


def _owner(view: memoryview, begin: int) -> int:
    """Return where the message starts that fds which came from `begin` on belong to."""
    owner = position = 0
    sure = False
    while position < len(view):
        header = Header.read(view, position) if len(view) - position >= HEADER.size else None
        can_have_fds = header is None or _can_have_fds(header)
        if position >= begin and (can_have_fds or not sure):
            owner, sure = position, can_have_fds
        position += HEADER.size if header is None else max(header.size, HEADER.size)
    return owner


def _can_have_fds(header: Header) -> bool:
    if header.kind == TYPE_COMMAND:
        return header.command in REQUESTS_WITH_FDS
    return header.command in REPLIES_WITH_FDS
