"""What every capability has: an id, a place in the list, bytes and masks."""

from dataclasses import dataclass, field
from typing import ClassVar

from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace


@dataclass(frozen=True, slots=True)
class Capability:
    """A definition, which any number of devices may share; `live` is what one device has of it.

    `offset` is where it lies in configuration space; None lets it be placed.
    """

    extended: ClassVar[bool] = False
    """Whether it lies in the list of PCI Express, beyond the first 256 bytes."""
    version: ClassVar[int] = 1
    """The version in the header of an extended one."""

    offset: int | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        """What error messages call it."""
        return f"the {type(self).__name__} capability"

    @property
    def capability_id(self) -> int:
        """Its number in the PCI specifications."""
        raise NotImplementedError

    @property
    def capability_version(self) -> int:
        """Version in the header of an extended one."""
        return self.version

    def image(self) -> Image:
        """Return its bytes; those of the list's own header are filled in by whoever places it."""
        raise NotImplementedError

    def live(self, space: ConfigSpace, offset: int) -> "LiveCapability":
        """Return the capability of one device, which lies at offset."""
        return LiveCapability(self, space, offset)


class LiveCapability:
    """A capability in a device's configuration space. Offsets count from its beginning."""

    def __init__(self, definition: Capability, space: ConfigSpace, offset: int) -> None:
        self.definition = definition
        self.offset = offset
        self._space = space

    @property
    def name(self) -> str:
        """What error messages call it."""
        return self.definition.name

    def number(self, offset: int, size: int) -> int:
        """Return size bytes as a little-endian number."""
        return self._space.number(self.offset + offset, size)

    def put(self, offset: int, size: int, value: int, mask: int = -1) -> None:
        """Store the bits in mask of a little-endian number."""
        self._space.put(self.offset + offset, size, value, mask)

    def written(self) -> None:
        """Do nothing: most capabilities only hold what is written."""

    def after_reset(self) -> None:
        """Do nothing."""
