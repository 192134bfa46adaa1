"""What a person asked for when they made a device: the arguments, as they gave them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from muserlab.device.config import MSI, MSIX, Capability
from muserlab.device.region import BAR, ROM, VGA, DeviceRegion

BarDefinition = type[BAR] | int | None
"""A class, the size of a BAR that is memory, or None where there is no BAR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The arguments of one PCIDevice, under the constructor's names and with its defaults.

    `PCIDevice(**definition.given)` makes another device of the same structure.
    """

    name: str
    id: tuple[int, int]
    subsystem: tuple[int, int] = (0, 0)
    class_code: int = 0xFF0000
    revision: int = 0
    bar0: BarDefinition = None
    bar1: BarDefinition = None
    bar2: BarDefinition = None
    bar3: BarDefinition = None
    bar4: BarDefinition = None
    bar5: BarDefinition = None
    rom: bytes | int | type[ROM] | None = None
    vga: type[VGA] | None = None
    regions: Sequence[type[DeviceRegion]] = ()
    express: bool = False
    intx: bool = False
    msi: int | MSI = 0
    msix: int | MSIX = 0
    capabilities: Sequence[Capability] = ()

    @property
    def bars(self) -> tuple[BarDefinition, ...]:
        """What was said of each BAR, by number."""
        return self.bar0, self.bar1, self.bar2, self.bar3, self.bar4, self.bar5

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that differ from their defaults, by name, in the constructor's order."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        defaults = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in values.items() if value != defaults[name]}
