"""One access of a client, to be told of and to be made again."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice


Cause = tuple[str, str, int, int, bytes | None]
"""The fields of an Access: for each access that a hook is called for, an object would be dear."""


class Access(NamedTuple):
    """A read of size bytes, or a write of data, at an offset of a region.

    `where` is what the trace calls the place: "bar0.CTRL". Data is as on the bus, little endian;
    a read has none.
    """

    region: str
    where: str
    offset: int
    size: int
    data: bytes | None = None

    def make(self, device: "PCIDevice") -> bytes | Awaitable[bytes | None] | None:
        """Make it again at a device, as a client would; raises RegionError where it cannot be."""
        region = device.region_named(self.region)
        if self.data is None:
            return region.read(self.offset, self.size)
        return region.write(self.offset, self.data)

    def __str__(self) -> str:
        """Tell it: "write of 0x00000001 to bar0.CTRL"."""
        place = f"{self.where} at {self.offset:#x}"
        if self.data is None:
            return f"read of {self.size} bytes of {place}"
        if len(self.data) > 8:
            return f"write of {len(self.data)} bytes to {place}"
        number = int.from_bytes(self.data, "little")
        return f"write of 0x{number:0{2 * len(self.data)}x} to {place}"
