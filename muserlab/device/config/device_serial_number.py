"""The device serial number capability (PCI Express Base 3.0, 7.12)."""

from dataclasses import dataclass, field

from muserlab.device.config.bits import check_bits
from muserlab.device.config.capability import Capability
from muserlab.device.config.image import Image


@dataclass(frozen=True, slots=True)
class DeviceSerialNumber(Capability):
    """A 64-bit number that no other device has (an EUI-64)."""

    extended = True

    serial: int = field()

    def __post_init__(self) -> None:
        check_bits("a device serial number", self.serial, 64)

    @property
    def capability_id(self) -> int:
        """PCI Express's number."""
        return 0x03

    def image(self) -> Image:
        """Return its bytes."""
        image = Image(12)
        image.field(4, 8, self.serial)
        return image
