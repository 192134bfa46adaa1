"""Device features: an envelope whose contents belong to each feature."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command, FeatureFlags
from .body import RequestBody, require_room, unpack

_FEATURE = Struct("=II")
_INDEX_MASK = 0xFFFF


@dataclass(frozen=True, slots=True)
class DeviceFeature(RequestBody):
    """Get, set or probe a feature (VFIO_USER_DEVICE_FEATURE, request and reply).

    argsz: room for the reply in a request, size of the whole in a reply; in bytes.
    flags: a feature's index in the lower 16 bits, `FeatureFlags` above.
    data: what the feature defines.
    """

    command: ClassVar[Command] = Command.DEVICE_FEATURE

    argsz: int
    flags: int
    data: bytes = b""

    @property
    def feature(self) -> int:
        """The feature's index, a `Feature` or a number that is none."""
        return self.flags & _INDEX_MASK

    @property
    def operations(self) -> FeatureFlags:
        """What to do with the feature."""
        return FeatureFlags(self.flags & ~_INDEX_MASK)

    def encode(self) -> bytes:
        """Lay the fields out."""
        return _FEATURE.pack(self.argsz, self.flags) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request or a reply."""
        argsz, flags = unpack(_FEATURE, payload)
        require_room(argsz, _FEATURE.size)
        return cls(argsz, flags, bytes(payload[_FEATURE.size :]))
