"""The two lists of capabilities (PCI Local Bus 3.0, 6.7; PCI Express 5.0, 7.6.3).

Whatever the bytes say, walking ends: lists that run in circles or out of the space are cut there.
"""

from collections.abc import Iterator

from muserlab.pci.described import Described
from muserlab.pci.extended import EXTENDED
from muserlab.pci.fields import Space, items
from muserlab.pci.header import CAPABILITIES, HEADER_SIZE, STATUS
from muserlab.pci.item import Capability, ConfigItem
from muserlab.pci.names import CAPABILITIES as NAMES
from muserlab.pci.names import EXTENDED_CAPABILITIES as EXTENDED_NAMES
from muserlab.pci.standard import STANDARD

_HAS_CAPABILITIES = 1 << 4
_EXTENDED_START = 0x100
_NOTHING = {0, 0xFFFF_FFFF}


def standard_capabilities(space: Space) -> Iterator[Capability]:
    """Decode the list that begins at the header's pointer."""
    listed = space.number(STATUS, 2) & _HAS_CAPABILITIES
    at = space.number(CAPABILITIES, 1) & ~0x3 if listed else 0
    seen: set[int] = set()
    while at >= HEADER_SIZE and at + 2 <= space.size and at not in seen:
        seen.add(at)
        number, follower = space.number(at, 1), space.number(at + 1, 1)
        name = NAMES.get(number, f"Capability {number:#04x}")
        describe = STANDARD.get(number)
        described = Described(2, name, ()) if describe is None else describe(space, at)
        header = ConfigItem(at, 2, "header", f"id {number:02x}, {_next(follower)}", told=True)
        parts = (header, *items(space, at, described.registers))
        yield Capability(at, described.size, name, described.text, parts, id=number)
        at = follower & ~0x3


def extended_capabilities(space: Space) -> Iterator[Capability]:
    """Decode the list of PCI Express, which begins at 0x100."""
    at = _EXTENDED_START
    seen: set[int] = set()
    while at >= _EXTENDED_START and at + 4 <= space.size and at not in seen:
        seen.add(at)
        header = space.number(at, 4)
        if header in _NOTHING:
            return
        number, version, follower = header & 0xFFFF, header >> 16 & 0xF, header >> 20
        name = EXTENDED_NAMES.get(number, f"Extended Capability {number:#06x}")
        describe = EXTENDED.get(number)
        described = Described(4, name, ()) if describe is None else describe(space, at)
        says = f"id {number:04x} v{version}, {_next(follower)}"
        parts = (
            ConfigItem(at, 4, "header", says, told=True),
            *items(space, at, described.registers),
        )
        size, text = described.size, described.text
        yield Capability(at, size, name, text, parts, id=number, version=version)
        at = follower & ~0x3


def _next(follower: int) -> str:
    return f"next at {follower:02x}" if follower else "the last"
