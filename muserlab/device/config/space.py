"""Configuration space as bytes and bit masks."""

from typing import Protocol

from muserlab.device.config.image import Image
from muserlab.device.errors import DefinitionError, RegionError
from muserlab.device.journal import poke


class Part(Protocol):
    """What owns some bytes: the header, or a capability."""

    @property
    def name(self) -> str:
        """What error messages and the trace call it."""
        ...

    def written(self) -> None:
        """Look at what a guest's write left in the bytes."""
        ...

    def after_reset(self) -> None:
        """Look at what a reset left in the bytes."""
        ...


class ConfigSpace:
    """256 or 4096 bytes, of which parts own ranges.

    Every bit has masks: whether a guest can write it, whether writing 1 clears it, whether it
    survives a reset. An access may have any size and alignment and cross any border. Bytes that no
    part owns read as stored (zero unless poked) and ignore writes.
    """

    def __init__(self, size: int) -> None:
        if size not in (256, 4096):
            raise DefinitionError(f"configuration space has 256 or 4096 bytes, not {size}")
        self.size = size
        self._data = bytearray(size)
        self._image = Image(size)
        self._owners: list[Part | None] = [None] * size

    # -- building ----------------------------------------------------------------------------------

    def place(self, part: Part, offset: int, image: Image) -> None:
        """Give part the bytes at offset; raises DefinitionError naming both where it overlaps."""
        end = offset + len(image.data)
        if not 0 <= offset < end <= self.size:
            raise DefinitionError(
                f"{part.name} does not fit: {offset:#x} to {end:#x} of {self.size:#x} bytes"
            )
        for former in self._owners[offset:end]:
            if former is not None:
                raise DefinitionError(f"{part.name} at {offset:#x} overlaps {former.name}")
        self._owners[offset:end] = [part] * len(image.data)
        self._image.paste(offset, image)
        self._data[offset:end] = image.data

    def owner(self, offset: int) -> Part | None:
        """Return what owns the byte at offset, if anything does."""
        return self._owners[offset]

    # -- what a guest does -------------------------------------------------------------------------

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes as a guest reads them; raises RegionError out of bounds."""
        return self.peek(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        """Write what the masks let through, then let each part that was touched look at it.

        Raises RegionError out of bounds.
        """
        self._check(offset, len(data))
        end = offset + len(data)
        self._data[offset:end] = self._image.written(offset, bytes(self._data[offset:end]), data)
        for part in _parts(self._owners[offset:end]):
            part.written()

    # -- what people and parts do ------------------------------------------------------------------

    def peek(self, offset: int, count: int = 1) -> bytes:
        """Return stored bytes; raises RegionError out of bounds."""
        self._check(offset, count)
        return bytes(self._data[offset : offset + count])

    def poke(self, offset: int, data: bytes) -> None:
        """Store bytes, whatever the masks say; undone when the hook that pokes fails.

        Raises RegionError out of bounds.
        """
        self._check(offset, len(data))
        poke(self._data, offset, data)

    def number(self, offset: int, size: int) -> int:
        """Return size bytes as a little-endian number."""
        return int.from_bytes(self._data[offset : offset + size], "little")

    def put(self, offset: int, size: int, value: int, mask: int = -1) -> None:
        """Store the bits in mask of a little-endian number: a part keeping its own bytes."""
        mask &= (1 << size * 8) - 1
        kept = self.number(offset, size) & ~mask
        self._data[offset : offset + size] = (kept | value & mask).to_bytes(size, "little")

    def reset(self, *, function_level: bool = False) -> None:
        """Bring the bits that a guest can change back to their values after a reset.

        Sticky bits keep what they hold; read-only bits too, so that poked ones last.
        """
        self._data[:] = self._image.after_reset(bytes(self._data), function_level=function_level)
        for part in _parts(self._owners):
            part.after_reset()

    def succeed(self, former: "ConfigSpace") -> None:
        """Hold what a guest changed in a former definition's space, where it can here."""
        size = min(self.size, former.size)
        changeable = self._image.changeable(size)
        kept = bytes(
            mine & ~mask | its & mask
            for mine, its, mask in zip(self._data, former._data, changeable, strict=False)
        )
        poke(self._data, 0, kept[:size])

    def take_over(self) -> None:
        """Let every part look at what the space has from a former definition."""
        for part in _parts(self._owners):
            part.written()

    def copy_from(self, original: "ConfigSpace") -> None:
        """Hold what an original of the same definition holds, pokes and all."""
        self._data[:] = original._data
        for part in _parts(self._owners):
            part.written()

    def _check(self, offset: int, count: int) -> None:
        if offset < 0 or count < 0 or offset + count > self.size:
            raise RegionError(
                f"configuration space: {count} bytes at {offset:#x} of {self.size:#x}"
            )


def _parts(owners: list[Part | None]) -> list[Part]:
    """Return each owner once, in the order of their bytes."""
    return list(dict.fromkeys(owner for owner in owners if owner is not None))
