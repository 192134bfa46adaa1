"""What a base address register says of its BAR."""

from dataclasses import dataclass

from muserlab.device.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class BarShape:
    """Size in bytes (a power of two) and kind of a BAR (PCI Local Bus 3.0, 6.2.5.1).

    Raises DefinitionError where there can be no such BAR.
    """

    size: int
    bits: int = 32
    prefetchable: bool = False
    io: bool = False

    def __post_init__(self) -> None:
        if self.bits not in (32, 64):
            raise DefinitionError(f"a BAR has 32 or 64 address bits, not {self.bits}")
        if self.io and (self.bits == 64 or self.prefetchable):
            raise DefinitionError("an I/O BAR is neither 64-bit nor prefetchable")
        least, most = (4 if self.io else 16), 1 << (31 if self.bits == 32 else 63)
        if self.size & (self.size - 1) or not least <= self.size <= most:
            larger = "; a larger one needs bits=64" if self.bits == 32 and not self.io else ""
            raise DefinitionError(
                f"a BAR of {self.size:#x} bytes: its size must be a power of two "
                f"from {least:#x} to {most:#x}{larger}"
            )

    @property
    def flags(self) -> int:
        """The read-only low bits of the register."""
        return 0b01 if self.io else (self.bits == 64) << 2 | self.prefetchable << 3

    @property
    def writable(self) -> int:
        """The address bits that the register stores, which is how a guest learns the size."""
        return (1 << self.bits) - self.size & (~0b11 if self.io else ~0b1111)
