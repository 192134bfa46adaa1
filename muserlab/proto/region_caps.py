"""What a region can beyond its flags: the capability list of a region info reply.

Each capability has a header of id, version (2 bytes each) and the offset of the next one (4 bytes,
counted from the start of the reply's payload, 0 at the end), as in <linux/vfio.h>.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct

from .errors import BodyError

_HEADER = Struct("=HHI")
_SPARSE = Struct("=II")
_AREA = Struct("=QQ")
_TYPE = Struct("=II")

_SPARSE_MMAP_ID = 1
_TYPE_ID = 2
_VERSION = 1
_ALIGNMENT = 8


@dataclass(frozen=True, slots=True)
class SparseMmap:
    """Only these areas of the region can be mapped (VFIO_REGION_INFO_CAP_SPARSE_MMAP).

    areas: offset into the region and size of each, in bytes.
    """

    areas: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RegionType:
    """What a device-specific region is (VFIO_REGION_INFO_CAP_TYPE)."""

    type: int
    subtype: int


@dataclass(frozen=True, slots=True)
class UnknownCapability:
    """A capability that means nothing to us; its data is padded to 8 bytes if one follows it."""

    id: int
    version: int
    data: bytes


RegionCapability = SparseMmap | RegionType | UnknownCapability


def encode_chain(capabilities: Sequence[RegionCapability], start: int) -> bytes:
    """Lay a list out, which will lie `start` bytes into the payload."""
    chain = bytearray()
    for number, capability in enumerate(capabilities, 1):
        identity, version, data = _encode(capability)
        following = 0
        if number < len(capabilities):
            data += bytes(-len(data) % _ALIGNMENT)
            following = start + len(chain) + _HEADER.size + len(data)
        chain += _HEADER.pack(identity, version, following) + data
    return bytes(chain)


def decode_chain(payload: memoryview, start: int) -> tuple[RegionCapability, ...]:
    """Follow a list from `start` (0: none); raises `BodyError` where it runs out or in circles."""
    headers: dict[int, tuple[int, int]] = {}
    at = start
    while at:
        if at in headers or at + _HEADER.size > len(payload):
            msg = f"region capability at {at}: the list leads in circles or out of the reply"
            raise BodyError(msg)
        identity, version, following = _HEADER.unpack_from(payload, at)
        headers[at] = identity, version
        at = following
    ends = dict(pairwise([*sorted(headers), len(payload)]))
    return tuple(
        _decode(identity, version, payload[at + _HEADER.size : ends[at]])
        for at, (identity, version) in headers.items()
    )


def _encode(capability: RegionCapability) -> tuple[int, int, bytes]:
    match capability:
        case SparseMmap(areas):
            data = _SPARSE.pack(len(areas), 0) + b"".join(_AREA.pack(*area) for area in areas)
            return _SPARSE_MMAP_ID, _VERSION, data
        case RegionType(kind, subtype):
            return _TYPE_ID, _VERSION, _TYPE.pack(kind, subtype)
        case UnknownCapability(identity, version, data):
            return identity, version, data


def _decode(identity: int, version: int, data: memoryview) -> RegionCapability:
    if (identity, version) == (_SPARSE_MMAP_ID, _VERSION):
        return _decode_sparse(data)
    if (identity, version) == (_TYPE_ID, _VERSION):
        return _decode_type(data)
    return UnknownCapability(identity, version, bytes(data))


def _decode_type(data: memoryview) -> RegionType:
    if len(data) < _TYPE.size:
        msg = f"region type capability of {len(data)} bytes where {_TYPE.size} are needed"
        raise BodyError(msg)
    return RegionType(*_TYPE.unpack_from(data))


def _decode_sparse(data: memoryview) -> SparseMmap:
    count = _SPARSE.unpack_from(data)[0] if len(data) >= _SPARSE.size else 0
    if len(data) < _SPARSE.size + count * _AREA.size:
        msg = f"sparse mmap capability: {count} areas in {len(data)} bytes"
        raise BodyError(msg)
    areas = data[_SPARSE.size : _SPARSE.size + count * _AREA.size]
    return SparseMmap(tuple((offset, size) for offset, size in _AREA.iter_unpack(areas)))
