"""Bytes of configuration space as they are after a reset, and what a guest may do to each bit."""

from muserlab.device.config.bits import check_bits


class Image:
    """Contents and masks of a range of bytes.

    `data`: contents after a reset. `writable`: bits that take what is written. `clearable`: bits
    that writing 1 clears. `sticky`: bits that keep their contents over every reset; `kept`: those
    that keep them over a function-level reset only (PCI Express Base 3.0, 6.6.2).
    """

    __slots__ = ("clearable", "data", "kept", "sticky", "writable")

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.writable = bytearray(size)
        self.clearable = bytearray(size)
        self.sticky = bytearray(size)
        self.kept = bytearray(size)

    def field(
        self,
        offset: int,
        size: int,
        value: int = 0,
        *,
        writable: int = 0,
        clearable: int = 0,
        sticky: int = 0,
        kept: int = 0,
    ) -> None:
        """Describe a register of size bytes by numbers, little endian."""
        for target, number in (
            (self.data, value),
            (self.writable, writable),
            (self.clearable, clearable),
            (self.sticky, sticky),
            (self.kept, kept),
        ):
            check_bits(f"the register of {size} bytes at {offset:#x}", number, 8 * size)
            target[offset : offset + size] = number.to_bytes(size, "little")

    def paste(self, offset: int, other: "Image") -> None:
        """Put another image's contents and masks at offset."""
        for name in self.__slots__:
            part: bytearray = getattr(other, name)
            getattr(self, name)[offset : offset + len(part)] = part

    def written(self, offset: int, old: bytes, new: bytes) -> bytes:
        """Return what a guest that writes new over old leaves at offset."""
        here = slice(offset, offset + len(new))
        given, stored = _number(new), _number(old)
        writable, clearable = _number(self.writable[here]), _number(self.clearable[here])
        result = (stored & ~writable | given & writable) & ~(given & clearable)
        return result.to_bytes(len(new), "little")

    def changeable(self, size: int) -> bytes:
        """Return a mask of the bits among the first bytes that a guest can change."""
        masks = zip(self.writable[:size], self.clearable[:size], strict=True)
        return bytes(writable | clearable for writable, clearable in masks)

    def after_reset(self, now: bytes, *, function_level: bool) -> bytes:
        """Return what a reset makes of the bytes that are there now."""
        lasting = _number(self.sticky) | (_number(self.kept) if function_level else 0)
        changed = (_number(self.writable) | _number(self.clearable)) & ~lasting
        result = _number(now) & ~changed | _number(self.data) & changed
        return result.to_bytes(len(now), "little")


def _number(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "little")
