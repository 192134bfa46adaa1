"""Words to describe registers with: where they lie, and what each of their fields says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from muserlab.pci.item import ConfigItem

Say = Callable[[int], str]
"""Returns what a register's value says in some of its bits."""


class Space:
    """Bytes of configuration space; what is beyond them reads as zero."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def number(self, offset: int, size: int) -> int:
        """Return a little-endian number."""
        return int.from_bytes(self._data[offset : offset + size], "little")

    def bytes(self, offset: int, size: int) -> bytes:
        """Return bytes."""
        return self._data[offset : offset + size].ljust(size, b"\0")


@dataclass(frozen=True, slots=True)
class Register:
    """A register: its name, its place in what it belongs to, and what its value says.

    Of what is `told` already in the line above, a text says nothing.
    """

    name: str
    offset: int
    size: int
    says: tuple[Say, ...]
    told: bool = False

    def item(self, space: Space, base: int) -> ConfigItem:
        """Return what it says of something that begins at base."""
        value = space.number(base + self.offset, self.size)
        text = " ".join(say(value) for say in self.says)
        return ConfigItem(base + self.offset, self.size, self.name, text, told=self.told)


def register(name: str, offset: int, size: int, *says: Say, told: bool = False) -> Register:
    """Describe a register of size bytes."""
    return Register(name, offset, size, says, told)


def items(space: Space, base: int, registers: Iterable[Register]) -> tuple[ConfigItem, ...]:
    """Return what registers say of something that begins at base."""
    return tuple(one.item(space, base) for one in registers)


def flags(first: int, *names: str, comma: bool = False) -> Say:
    """Describe bits by name, from the first one on: `Mem+ BusMaster-`. '' leaves one out."""
    between = "," if comma else " "

    def say(value: int) -> str:
        named = ((name, value >> bit & 1) for bit, name in enumerate(names, first) if name)
        return between.join(f"{name}{'+' if bit else '-'}" for name, bit in named)

    return say


def field(msb: int, lsb: int, text: str, names: Sequence[str] = ()) -> Say:
    """Describe a field: `text` has a place for its number, or for the name of that."""

    def say(value: int) -> str:
        number = value >> lsb & (1 << msb - lsb + 1) - 1
        if not names:
            return text.format(number)
        return text.format(names[number] if number < len(names) else f"unknown ({number:#x})")

    return say


def number(digits: int) -> Say:
    """Describe a whole register as a hexadecimal number."""
    return lambda value: f"{value:0{digits}x}"
