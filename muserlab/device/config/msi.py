"""The MSI capability (PCI Local Bus 3.0, 6.8.1)."""

from collections.abc import Callable
from dataclasses import dataclass

from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace
from muserlab.device.errors import DefinitionError

_CONTROL = 2
_ENABLE = 1
_GRANTED = 0b111 << 4
_COUNTS = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class MSI(Capability):
    """Up to 32 vectors (a power of two), with 32 or 64 address bits.

    `masking` lets the guest mask each vector, and see which of them are pending.
    """

    count: int = 1
    masking: bool = False
    bits: int = 64

    def __post_init__(self) -> None:
        if self.count not in _COUNTS:
            raise DefinitionError(f"MSI has 1, 2, 4, 8, 16 or 32 vectors, not {self.count}")
        if self.bits not in (32, 64):
            raise DefinitionError(f"MSI has 32 or 64 address bits, not {self.bits}")

    @property
    def capability_id(self) -> int:
        """PCI's number."""
        return 0x05

    @property
    def mask_offset(self) -> int:
        """Where the mask bits lie; the pending bits follow."""
        return 0x10 if self.bits == 64 else 0x0C

    def image(self) -> Image:
        """Return its bytes."""
        all_vectors = (1 << self.count) - 1
        data_offset = 0x0C if self.bits == 64 else 0x08
        image = Image(self.mask_offset + 8 if self.masking else data_offset + 2)
        image.field(
            _CONTROL,
            2,
            _COUNTS.index(self.count) << 1 | (self.bits == 64) << 7 | self.masking << 8,
            writable=_ENABLE | _GRANTED,
        )
        image.field(4, 4, writable=0xFFFFFFFC)
        if self.bits == 64:
            image.field(8, 4, writable=0xFFFFFFFF)
        image.field(data_offset, 2, writable=0xFFFF)
        if self.masking:
            image.field(self.mask_offset, 4, writable=all_vectors)
        return image

    def live(self, space: ConfigSpace, offset: int) -> "LiveMSI":
        """Return the capability of one device."""
        return LiveMSI(self, space, offset)


class LiveMSI(LiveCapability):
    """A device's MSI switches: the gate of its vectors."""

    definition: MSI

    def __init__(self, definition: MSI, space: ConfigSpace, offset: int) -> None:
        super().__init__(definition, space, offset)
        self.count = definition.count
        self.on_change: Callable[[range], None] = lambda _vectors: None

    def enabled(self, vector: int) -> bool:
        """Tell whether the guest turned MSI on and granted so many vectors."""
        control = self.number(_CONTROL, 2)
        return bool(control & _ENABLE) and vector < 1 << ((control & _GRANTED) >> 4)

    def blocked(self, vector: int) -> bool:
        """Tell whether the guest masks the vector."""
        if not self.definition.masking:
            return False
        return bool(self.number(self.definition.mask_offset, 4) >> vector & 1)

    def show(self, vector: int, pending: bool) -> None:
        """Set or clear the vector's pending bit."""
        if self.definition.masking:
            self.put(self.definition.mask_offset + 4, 4, pending << vector, 1 << vector)

    def written(self) -> None:
        """Tell that a switch may have been turned."""
        self.on_change(range(self.count))

    def after_reset(self) -> None:
        """Tell that the reset turned the switches."""
        self.on_change(range(self.count))
