"""Migration data, read from the source's server and written to the destination's."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command
from ..errors import BodyError
from .body import Body, RequestBody, require_room, unpack

_DATA = Struct("=II")


@dataclass(frozen=True, slots=True)
class MigDataRead(RequestBody):
    """Ask for at most `size` bytes of migration data (VFIO_USER_MIG_DATA_READ)."""

    command: ClassVar[Command] = Command.MIG_DATA_READ

    argsz: int
    size: int

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _DATA.pack(self.argsz, self.size)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request; its argsz must have room for all that it asks for."""
        argsz, size = unpack(_DATA, payload)
        require_room(argsz, _DATA.size + size)
        return cls(argsz, size)


@dataclass(frozen=True, slots=True)
class MigData(Body):
    """Migration data; less than was asked for means that there is no more."""

    data: bytes

    def encode(self) -> bytes:
        """Lay argsz, size and data out."""
        return _encode(self.data)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply."""
        return cls(_decode(payload))


@dataclass(frozen=True, slots=True)
class MigDataWrite(RequestBody):
    """Hand migration data over (VFIO_USER_MIG_DATA_WRITE)."""

    command: ClassVar[Command] = Command.MIG_DATA_WRITE

    data: bytes

    def encode(self) -> bytes:
        """Lay argsz, size and data out."""
        return _encode(self.data)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        return cls(_decode(payload))


def _encode(data: bytes) -> bytes:
    return _DATA.pack(_DATA.size + len(data), len(data)) + data


def _decode(payload: memoryview) -> bytes:
    argsz, size = unpack(_DATA, payload)
    require_room(argsz, _DATA.size)
    if len(payload) - _DATA.size < size:
        msg = f"{size} bytes of migration data announced, {len(payload) - _DATA.size} came"
        raise BodyError(msg)
    return bytes(payload[_DATA.size : _DATA.size + size])
