"""The vendor-specific extended capability (PCI Express Base 3.0, 7.19)."""

from dataclasses import dataclass, field

from muserlab.device.config.bits import check_bits
from muserlab.device.config.capability import Capability
from muserlab.device.config.image import Image
from muserlab.device.config.raw import raw_image


@dataclass(frozen=True, slots=True)
class ExtendedVendorSpecific(Capability):
    """Bytes of the vendor's own, with the vendor's number and revision of them.

    `writable` is a mask of the bits of data that a guest can write.
    """

    extended = True

    id: int = field()
    data: bytes = b""
    revision: int = 0
    writable: bytes = b""

    def __post_init__(self) -> None:
        check_bits("the vendor's id of a capability", self.id, 16)
        check_bits("the vendor's revision of a capability", self.revision, 4)

    @property
    def capability_id(self) -> int:
        """PCI Express's number."""
        return 0x0B

    def image(self) -> Image:
        """Return its bytes."""
        image = raw_image(8, self.data, self.writable)
        image.field(4, 4, self.id | self.revision << 16 | len(image.data) << 20)
        return image
