"""Messages as they come out of a connection, and as they go in."""

from dataclasses import dataclass, field

from .constants import Command
from .fds import NO_FDS, Fds
from .messages.body import Body, Malformed, RequestBody


@dataclass(slots=True)
class Request:
    """What the peer asks for.

    message_id: the peer's number for it; not unique.
    body: what it asks for, or `Malformed`.
    no_reply: the peer has posted it: it must not be answered.
    fds: the fds that came with it; whoever handles the request closes what it does not take.
    """

    message_id: int
    body: RequestBody | Malformed
    no_reply: bool = False
    fds: Fds = field(default=NO_FDS, compare=False)


@dataclass(slots=True)
class Reply:
    """The peer's answer to one of our requests.

    message_id: the number of our request.
    command: what our request was.
    body: the answer; None for an error.
    errno: None, or a positive errno.
    fds: as in `Request`.
    """

    message_id: int
    command: Command
    body: Body | None
    errno: int | None = None
    fds: Fds = field(default=NO_FDS, compare=False)


@dataclass(slots=True)
class Outgoing:
    """A message to send: all of its bytes, its fds along with the first of them.

    fds: remain the sender's, which keeps them open until they are sent.
    """

    message_id: int
    data: bytes
    fds: tuple[int, ...] = ()
