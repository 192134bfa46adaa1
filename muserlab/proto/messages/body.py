"""What every message body has in common, and the two bodies that belong to no command."""

from dataclasses import dataclass
from struct import Struct
from typing import Any, ClassVar, Self

from ..constants import Command
from ..errors import BodyError


class Body:
    """The part of a message behind its header: a value that knows its own layout."""

    __slots__ = ()

    def encode(self) -> bytes:
        """Lay the body out as on the wire, in the host's byte order."""
        raise NotImplementedError

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a body off the wire; raises `BodyError`.

        Bytes behind what the layout needs are ignored: some clients send a request in a buffer of
        the size that they expect the reply to have.
        """
        raise NotImplementedError


class RequestBody(Body):
    """A body that asks for something, so that its type tells the command."""

    __slots__ = ()

    command: ClassVar[Command]


@dataclass(frozen=True, slots=True)
class Empty(Body):
    """The body of a reply that only says "done"."""

    def encode(self) -> bytes:
        """Lay nothing out."""
        return b""

    @classmethod
    def decode(cls, payload: memoryview) -> Self:  # noqa: ARG003 - what is there means nothing
        """Read nothing."""
        return cls()


@dataclass(frozen=True, slots=True)
class Malformed:
    """A request that cannot be understood; it should be answered with its errno.

    command: the header's command number, which may be no known one.
    errno: what to answer.
    reason: what is wrong, for a log line.
    """

    command: int
    errno: int
    reason: str


def unpack(layout: Struct, payload: memoryview) -> tuple[Any, ...]:
    """Unpack the start of a payload; raises `BodyError` when it is too short."""
    if len(payload) < layout.size:
        msg = f"body of {len(payload)} bytes where at least {layout.size} are needed"
        raise BodyError(msg)
    return layout.unpack_from(payload)


def counted(payload: memoryview, start: int, count: int) -> bytes:
    """Return the `count` bytes that must be all of a payload from `start` on."""
    if len(payload) - start != count:
        msg = f"count says {count} bytes of data, {len(payload) - start} came"
        raise BodyError(msg)
    return bytes(payload[start:])


def require_room(argsz: int, fixed: int) -> None:
    """Check that a reply's fixed part fits into what the requester has room for."""
    if argsz < fixed:
        msg = f"argsz {argsz} is less than the {fixed} bytes of the reply's fixed part"
        raise BodyError(msg)
