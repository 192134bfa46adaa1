"""Capabilities of which only the bytes are known."""

from dataclasses import dataclass, field

from muserlab.device.config.bits import check_bits
from muserlab.device.config.capability import Capability
from muserlab.device.config.image import Image
from muserlab.device.errors import DefinitionError


def raw_image(start: int, data: bytes, writable: bytes) -> Image:
    """Return an image of data, which begins at start; `writable` is a mask, padded with zeros."""
    if len(writable) > len(data):
        raise DefinitionError(
            f"the mask of writable bits has {len(writable)} bytes for {len(data)} bytes of data"
        )
    image = Image(start + len(data))
    image.data[start:] = data
    image.writable[start : start + len(writable)] = writable
    return image


@dataclass(frozen=True, slots=True)
class RawCapability(Capability):
    """A capability by its number and the bytes that follow its two-byte header."""

    id: int = field()
    data: bytes = b""
    writable: bytes = b""

    def __post_init__(self) -> None:
        check_bits("a capability's id", self.id, 8)

    @property
    def capability_id(self) -> int:
        """The number given."""
        return self.id

    def image(self) -> Image:
        """Return its bytes."""
        return raw_image(2, self.data, self.writable)


@dataclass(frozen=True, slots=True)
class RawExtended(Capability):
    """An extended capability by its number and the bytes that follow its four-byte header."""

    extended = True

    id: int = field()
    data: bytes = b""
    revision: int = 1
    writable: bytes = b""

    def __post_init__(self) -> None:
        check_bits("an extended capability's id", self.id, 16)
        check_bits("an extended capability's revision", self.revision, 4)

    @property
    def capability_id(self) -> int:
        """The number given."""
        return self.id

    @property
    def capability_version(self) -> int:
        """The revision given."""
        return self.revision

    def image(self) -> Image:
        """Return its bytes."""
        return raw_image(4, self.data, self.writable)
