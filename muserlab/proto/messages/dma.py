"""Client memory: shared, withdrawn, and accessed by message."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command, DmaFlags
from .body import Body, RequestBody, counted, require_room, unpack

_MAP = Struct("=IIQQQ")
_UNMAP = Struct("=IIQQ")
_ACCESS = Struct("=QQ")
_SHORT_ACCESS = Struct("=QI")


@dataclass(frozen=True, slots=True)
class DmaMap(RequestBody):
    """Let the server access client memory (VFIO_USER_DMA_MAP); a mappable file comes as an fd.

    flags: what the server may do.
    offset: where in the file the region starts, in bytes.
    address: the region's first IOVA.
    size: in bytes.
    """

    command: ClassVar[Command] = Command.DMA_MAP

    flags: DmaFlags
    offset: int
    address: int
    size: int

    def encode(self) -> bytes:
        """Lay the request out: argsz, then the fields."""
        return _MAP.pack(_MAP.size, self.flags, self.offset, self.address, self.size)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request; its argsz is its own size, as it has no reply payload."""
        argsz, flags, offset, address, size = unpack(_MAP, payload)
        require_room(argsz, _MAP.size)
        return cls(DmaFlags(flags), offset, address, size)


@dataclass(frozen=True, slots=True)
class DmaUnmap(RequestBody):
    """Withdraw a DMA region (VFIO_USER_DMA_UNMAP); the reply repeats the request.

    argsz: room for the reply, in bytes.
    flags: none are defined.
    address: the region's first IOVA, as it was mapped.
    size: in bytes, as it was mapped.
    """

    command: ClassVar[Command] = Command.DMA_UNMAP

    argsz: int
    flags: int
    address: int
    size: int

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _UNMAP.pack(self.argsz, self.flags, self.address, self.size)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request or its reply."""
        argsz, flags, address, size = unpack(_UNMAP, payload)
        require_room(argsz, _UNMAP.size)
        return cls(argsz, flags, address, size)


@dataclass(frozen=True, slots=True)
class DmaRead(RequestBody):
    """Ask the client for `count` bytes of its memory at an IOVA (VFIO_USER_DMA_READ)."""

    command: ClassVar[Command] = Command.DMA_READ

    address: int
    count: int

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _ACCESS.pack(self.address, self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        return cls(*unpack(_ACCESS, payload))


@dataclass(frozen=True, slots=True)
class DmaData(Body):
    """What client memory holds (reply to VFIO_USER_DMA_READ)."""

    address: int
    data: bytes

    def encode(self) -> bytes:
        """Lay address, count and data out."""
        return _ACCESS.pack(self.address, len(self.data)) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply whose count and data agree."""
        address, count = unpack(_ACCESS, payload)
        return cls(address, counted(payload, _ACCESS.size, count))


@dataclass(frozen=True, slots=True)
class DmaWrite(RequestBody):
    """Store data into client memory at an IOVA (VFIO_USER_DMA_WRITE)."""

    command: ClassVar[Command] = Command.DMA_WRITE

    address: int
    data: bytes

    def encode(self) -> bytes:
        """Lay address, count and data out."""
        return _ACCESS.pack(self.address, len(self.data)) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request whose count and data agree."""
        address, count = unpack(_ACCESS, payload)
        return cls(address, counted(payload, _ACCESS.size, count))


@dataclass(frozen=True, slots=True)
class DmaWritten(Body):
    """How much was stored (reply to VFIO_USER_DMA_WRITE)."""

    address: int
    count: int

    def encode(self) -> bytes:
        """Lay the fields out, count in 8 bytes as the C library does."""
        return _ACCESS.pack(self.address, self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply, whose count has 4 bytes in the specification and 8 in the C library."""
        layout = _ACCESS if len(payload) >= _ACCESS.size else _SHORT_ACCESS
        return cls(*unpack(layout, payload))
