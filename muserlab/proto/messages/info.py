"""What the device is made of: regions and types of interrupts."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command, DeviceFlags, IoFdType, RegionFlags
from ..errors import BodyError
from ..region_caps import RegionCapability, decode_chain, encode_chain
from .body import Body, RequestBody, require_room, unpack

_DEVICE = Struct("=IIII")
_REGION = Struct("=IIIIQQ")
_IO_FDS = Struct("=IIII")
_IO_FD = Struct("=QQIIIIQ")
_U64 = Struct("=Q")
_WIDE_IO_FD = 48


@dataclass(frozen=True, slots=True)
class GetDeviceInfo(RequestBody):
    """Ask what the device is (VFIO_USER_DEVICE_GET_INFO)."""

    command: ClassVar[Command] = Command.DEVICE_GET_INFO

    argsz: int

    def encode(self) -> bytes:
        """Lay the request out in the reply's shape."""
        return _DEVICE.pack(self.argsz, 0, 0, 0)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        argsz, *_ = unpack(_DEVICE, payload)
        require_room(argsz, _DEVICE.size)
        return cls(argsz)


@dataclass(frozen=True, slots=True)
class DeviceInfo(Body):
    """What the device is, and how many regions and types of interrupts it has."""

    flags: DeviceFlags
    num_regions: int
    num_irqs: int

    def encode(self) -> bytes:
        """Lay argsz and the fields out."""
        return _DEVICE.pack(_DEVICE.size, self.flags, self.num_regions, self.num_irqs)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply."""
        _, flags, num_regions, num_irqs = unpack(_DEVICE, payload)
        return cls(DeviceFlags(flags), num_regions, num_irqs)


@dataclass(frozen=True, slots=True)
class GetRegionInfo(RequestBody):
    """Ask about one region by its VFIO index (VFIO_USER_DEVICE_GET_REGION_INFO)."""

    command: ClassVar[Command] = Command.DEVICE_GET_REGION_INFO

    argsz: int
    index: int

    def encode(self) -> bytes:
        """Lay the request out in the reply's shape."""
        return _REGION.pack(self.argsz, 0, self.index, 0, 0, 0)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        argsz, _, index, *_ = unpack(_REGION, payload)
        require_room(argsz, _REGION.size)
        return cls(argsz, index)


@dataclass(frozen=True, slots=True)
class RegionInfo(Body):
    """How large a region is and how it may be accessed; a mappable one comes with an fd.

    flags: CAPS is set by itself where there are capabilities.
    size: in bytes; 0 where the device has no such region.
    offset: where in the fd's file the region starts.
    argsz: the size of the whole reply, in bytes. Of a received reply it may be more than what
        came: then the capabilities were left out, and asking with this argsz brings them.
    """

    index: int
    flags: RegionFlags
    size: int
    offset: int
    capabilities: tuple[RegionCapability, ...] = ()
    argsz: int = _REGION.size

    def __post_init__(self) -> None:
        if self.capabilities:
            whole = _REGION.size + len(encode_chain(self.capabilities, _REGION.size))
            object.__setattr__(self, "argsz", max(self.argsz, whole))
            object.__setattr__(self, "flags", self.flags | RegionFlags.CAPS)

    def encode(self) -> bytes:
        """Lay the whole reply out."""
        chain = encode_chain(self.capabilities, _REGION.size)
        return self._fixed(self.flags, _REGION.size if chain else 0) + chain

    def encode_fixed(self) -> bytes:
        """Lay only the fixed part out, which tells the size of the whole.

        It says nothing of capabilities: QEMU refuses a reply that speaks of some and has none.
        """
        return self._fixed(self.flags & ~RegionFlags.CAPS, 0)

    def _fixed(self, flags: RegionFlags, cap_offset: int) -> bytes:
        return _REGION.pack(self.argsz, flags, self.index, cap_offset, self.size, self.offset)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply, whole or with its capabilities left out."""
        argsz, flags, index, cap_offset, size, offset = unpack(_REGION, payload)
        whole = flags & RegionFlags.CAPS and argsz <= len(payload)
        capabilities = decode_chain(payload, cap_offset) if whole else ()
        return cls(index, RegionFlags(flags), size, offset, capabilities, argsz)


@dataclass(frozen=True, slots=True)
class GetRegionIoFds(RequestBody):
    """Ask how to reach parts of a region by fd (VFIO_USER_DEVICE_GET_REGION_IO_FDS)."""

    command: ClassVar[Command] = Command.DEVICE_GET_REGION_IO_FDS

    argsz: int
    index: int

    def encode(self) -> bytes:
        """Lay the request out in the reply's shape."""
        return _IO_FDS.pack(self.argsz, 0, self.index, 0)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        argsz, flags, index, count = unpack(_IO_FDS, payload)
        require_room(argsz, _IO_FDS.size)
        if flags or count:
            msg = f"flags {flags:#x} and count {count} must be zero"
            raise BodyError(msg)
        return cls(argsz, index)


@dataclass(frozen=True, slots=True)
class IoFd:
    """A part of a region whose accesses are told by an fd.

    offset: where in the region it starts.
    size: in bytes; 0 where the access size does not matter.
    fd_index: which of the reply's fds.
    type: an `IoFdType`, or a number that is none.
    flags: KVM's flags of the mechanism.
    value: an ioeventfd's datamatch, an ioregionfd's user_data.
    """

    offset: int
    size: int
    fd_index: int
    type: int
    flags: int
    value: int


@dataclass(frozen=True, slots=True)
class RegionIoFds(Body):
    """Which parts of a region are reached by which fd.

    argsz: the size of the whole reply, in bytes; see `RegionInfo`.
    """

    index: int
    entries: tuple[IoFd, ...] = ()
    argsz: int = _IO_FDS.size

    def __post_init__(self) -> None:
        whole = _IO_FDS.size + _IO_FD.size * len(self.entries)
        object.__setattr__(self, "argsz", max(self.argsz, whole))

    def encode(self) -> bytes:
        """Lay the whole reply out."""
        return self.encode_fixed() + b"".join(
            _IO_FD.pack(e.offset, e.size, e.fd_index, e.type, e.flags, 0, e.value)
            for e in self.entries
        )

    def encode_fixed(self) -> bytes:
        """Lay only the fixed part out, which tells the size of the whole."""
        return _IO_FDS.pack(self.argsz, 0, self.index, len(self.entries))

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply, whole or with its entries left out."""
        argsz, _, index, count = unpack(_IO_FDS, payload)
        if not count or argsz > len(payload):
            return cls(index, argsz=argsz)
        stride = (argsz - _IO_FDS.size) // count
        if stride < _IO_FD.size:
            msg = f"{count} entries in {argsz} bytes: at least {_IO_FD.size} are needed for each"
            raise BodyError(msg)
        entries = payload[_IO_FDS.size : argsz]
        return cls(index, tuple(_io_fd(entries, i * stride, stride) for i in range(count)), argsz)


def _io_fd(entries: memoryview, at: int, stride: int) -> IoFd:
    offset, size, fd_index, kind, flags, _, value = _IO_FD.unpack_from(entries, at)
    # The C library's ioeventfds have a shadow offset in front of their datamatch.
    if stride >= _WIDE_IO_FD and kind != IoFdType.IOREGIONFD:
        (value,) = _U64.unpack_from(entries, at + _IO_FD.size)
    return IoFd(offset, size, fd_index, kind, flags, value)
