"""The expansion ROM."""

from muserlab.device.hooks import HookOwner
from muserlab.device.region.bank import Bank
from muserlab.device.region.part import Part

_LEAST = 2048


class ROM(Bank):
    """An expansion ROM (PCI Local Bus 3.0, 6.2.5.2): clients only read it, people may poke it."""

    writable = False
    content: bytes = b""

    def __init__(self, owner: HookOwner, index: int, name: str) -> None:
        super().__init__(owner, index, name)
        data, _ = self.backing.at(0)
        data[: len(self.content)] = self.content

    def _between(self, start: int, end: int) -> Part:
        """Return memory, all of which is what was given."""
        return self._plain(start, end)


def rom_class(definition: bytes | int) -> type[ROM]:
    """Return the class of a ROM with that content, or of that size in bytes."""
    if isinstance(definition, int):
        image, size = b"", definition
    else:
        image, size = definition, max(_LEAST, 1 << (len(definition) - 1).bit_length())

    class Image(ROM, size=size):
        content = image

    return Image
