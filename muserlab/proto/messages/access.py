"""Reads and writes of device regions.

The four bodies of single accesses are values like all others, but not frozen: one is made for every
access, and making a frozen one takes three times as long.
"""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command
from ..errors import BodyError
from .body import Body, RequestBody, counted, unpack

_ACCESS = Struct("=QII")
_COUNT = Struct("=Q")
_ONE_WRITE = Struct("=QII8s")


@dataclass(slots=True)
class RegionRead(RequestBody):
    """Read `count` bytes at an offset of a region (VFIO_USER_REGION_READ)."""

    command: ClassVar[Command] = Command.REGION_READ

    offset: int
    region: int
    count: int

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _ACCESS.pack(self.offset, self.region, self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        return cls(*unpack(_ACCESS, payload))


@dataclass(slots=True)
class RegionData(Body):
    """What was read, in bus order (reply to VFIO_USER_REGION_READ)."""

    offset: int
    region: int
    data: bytes

    def encode(self) -> bytes:
        """Lay offset, region, count and data out."""
        return _ACCESS.pack(self.offset, self.region, len(self.data)) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply whose count and data agree."""
        offset, region, count = unpack(_ACCESS, payload)
        return cls(offset, region, counted(payload, _ACCESS.size, count))


@dataclass(slots=True)
class RegionWrite(RequestBody):
    """Write data at an offset of a region (VFIO_USER_REGION_WRITE)."""

    command: ClassVar[Command] = Command.REGION_WRITE

    offset: int
    region: int
    data: bytes

    def encode(self) -> bytes:
        """Lay offset, region, count and data out."""
        return _ACCESS.pack(self.offset, self.region, len(self.data)) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request whose count and data agree."""
        offset, region, count = unpack(_ACCESS, payload)
        return cls(offset, region, counted(payload, _ACCESS.size, count))


@dataclass(slots=True)
class RegionWritten(Body):
    """How much was written (reply to VFIO_USER_REGION_WRITE)."""

    offset: int
    region: int
    count: int

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _ACCESS.pack(self.offset, self.region, self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply."""
        return cls(*unpack(_ACCESS, payload))


@dataclass(frozen=True, slots=True)
class RegionWriteMulti(RequestBody):
    """Several writes of at most 8 bytes each, in order (VFIO_USER_REGION_WRITE_MULTI).

    On the wire: their number (8 bytes), then 24 bytes each, whatever their length.
    """

    command: ClassVar[Command] = Command.REGION_WRITE_MULTI

    writes: tuple[RegionWrite, ...]

    def encode(self) -> bytes:
        """Lay the writes out; raises `ValueError` where one has more than 8 bytes."""
        parts = [_COUNT.pack(len(self.writes))]
        for write in self.writes:
            size = len(write.data)
            if size > 8:
                msg = f"a write of {size} bytes cannot be one of several: at most 8 bytes fit"
                raise ValueError(msg)
            parts.append(_ONE_WRITE.pack(write.offset, write.region, size, write.data))
        return b"".join(parts)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request; the sender's array may be longer than the number of writes."""
        (number,) = unpack(_COUNT, payload)
        entries = payload[_COUNT.size :]
        if number > len(entries) // _ONE_WRITE.size:
            msg = f"{number} writes announced, {len(entries)} bytes came"
            raise BodyError(msg)
        return cls(
            tuple(
                _one_write(*_ONE_WRITE.unpack_from(entries, index * _ONE_WRITE.size))
                for index in range(number)
            )
        )


def _one_write(offset: int, region: int, count: int, data: bytes) -> RegionWrite:
    if count > len(data):
        msg = f"a write of {count} bytes is more than the 8 bytes that fit"
        raise BodyError(msg)
    return RegionWrite(offset, region, data[:count])


@dataclass(frozen=True, slots=True)
class RegionWrittenMulti(Body):
    """How many of the writes were done (reply to VFIO_USER_REGION_WRITE_MULTI)."""

    count: int

    def encode(self) -> bytes:
        """Lay the number out."""
        return _COUNT.pack(self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply."""
        return cls(*unpack(_COUNT, payload))


@dataclass(frozen=True, slots=True)
class Reset(RequestBody):
    """Reset the device (VFIO_USER_DEVICE_RESET)."""

    command: ClassVar[Command] = Command.DEVICE_RESET

    def encode(self) -> bytes:
        """Lay nothing out."""
        return b""

    @classmethod
    def decode(cls, payload: memoryview) -> Self:  # noqa: ARG003 - it has no body
        """Read nothing."""
        return cls()
