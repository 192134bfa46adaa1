"""Base address registers' regions, and the other regions that a class describes."""

from typing import Any, ClassVar

from muserlab.device.config import BarShape
from muserlab.device.errors import DefinitionError
from muserlab.device.region.bank import Bank


class BAR(Bank):
    """A BAR of a device: `class AdderBar(BAR, size=4096)`.

    `size` in bytes, a power of two; `bits` of its address, 32 or 64; `prefetchable` where reads
    have no side effects; `io` for ports instead of memory; `mappable` where a client may map all
    of it. Raises DefinitionError where no BAR can be like this.
    """

    shape: ClassVar[BarShape | None] = None
    _bits: ClassVar[int] = 32
    _prefetchable: ClassVar[bool] = False
    _io: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        bits: int | None = None,
        prefetchable: bool | None = None,
        io: bool | None = None,
        **options: Any,
    ) -> None:
        cls._bits = cls._bits if bits is None else bits
        cls._prefetchable = cls._prefetchable if prefetchable is None else prefetchable
        cls._io = cls._io if io is None else io
        super().__init_subclass__(**options)

    @classmethod
    def check_definition(cls) -> None:
        """Raise DefinitionError where no BAR can be like this."""
        try:
            cls.shape = BarShape(cls.size, cls._bits, cls._prefetchable, cls._io)
        except DefinitionError as error:
            raise DefinitionError(f"{cls.__name__}: {error}") from None
        if cls._io and cls.mappable_areas():
            raise DefinitionError(f"{cls.__name__}: ports (io=True) cannot be mapped")
        super().check_definition()


def memory_bar(size: int) -> type[BAR]:
    """Return the class of a BAR that is plain memory."""

    class MemoryBar(BAR, size=size):
        """Plain memory."""

    return MemoryBar


class VGA(Bank, size=0xC0000):
    """The legacy VGA addresses as one region, at offsets equal to those addresses.

    0xa0000 to 0xbffff is memory, 0x3b0 to 0x3bb and 0x3c0 to 0x3df are ports, as in Linux's
    <linux/vfio.h>, VFIO_PCI_VGA_REGION_INDEX.
    """


class DeviceRegion(Bank):
    """A region of a meaning that only the device's driver knows; no BAR, and VFIO index 9 or more.

    `type` and `subtype` tell a client what it is (vfio-user specification, region type capability);
    a vendor's own type is 0x80000000 plus the vendor ID.
    """

    def __init_subclass__(
        cls,
        *,
        type: int | None = None,  # noqa: A002 - the specification's name
        subtype: int | None = None,
        **options: Any,
    ) -> None:
        super().__init_subclass__(**options)
        if type is not None:
            cls.region_type = (type, subtype or 0)
