"""The vendor-specific capability (PCI Local Bus 3.0, appendix H)."""

from dataclasses import dataclass, field

from muserlab.device.config.capability import Capability
from muserlab.device.config.image import Image
from muserlab.device.config.raw import raw_image
from muserlab.device.errors import DefinitionError

_MOST = 0x100 - 0x40 - 3


@dataclass(frozen=True, slots=True)
class VendorSpecific(Capability):
    """Bytes of the vendor's own, after a byte that says how long the capability is.

    `writable` is a mask of the bits of data that a guest can write.
    """

    data: bytes = field()
    writable: bytes = b""

    def __post_init__(self) -> None:
        if len(self.data) > _MOST:
            raise DefinitionError(
                f"a vendor-specific capability holds up to {_MOST} bytes of data, not"
                f" {len(self.data)}; ExtendedVendorSpecific holds more"
            )

    @property
    def capability_id(self) -> int:
        """PCI's number."""
        return 0x09

    def image(self) -> Image:
        """Return its bytes."""
        image = raw_image(3, self.data, self.writable)
        image.field(2, 1, len(image.data))
        return image
