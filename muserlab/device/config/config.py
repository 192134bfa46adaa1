"""A function's configuration space as a whole."""

from collections.abc import Sequence
from typing import TypeVar

from muserlab.device.config.bar_shape import BarShape
from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.header import Header, Identity
from muserlab.device.config.intx_pin import IntxPin
from muserlab.device.config.placement import place
from muserlab.device.config.space import ConfigSpace

C = TypeVar("C", bound=LiveCapability)


class Config:
    """Header and capabilities of one function, in a space of 256 bytes or, if express, 4096."""

    def __init__(
        self,
        identity: Identity,
        *,
        bars: Sequence[BarShape | None] = (),
        rom_size: int = 0,
        vga: bool = False,
        intx: bool = False,
        express: bool = False,
        capabilities: Sequence[Capability] = (),
    ) -> None:
        self.space = ConfigSpace(4096 if express else 256)
        self.header = Header(
            self.space,
            identity,
            bars=bars,
            rom_size=rom_size,
            vga=vga,
            intx=intx,
            express=express,
        )
        self.capabilities = place(self.space, self.header, capabilities)
        self.intx = IntxPin(self.header) if intx else None
        """The gate of the interrupt line, if there is one."""

    def find(self, kind: type[C]) -> C | None:
        """Return the first live capability of a class."""
        return next((one for one in self.capabilities if isinstance(one, kind)), None)

    def reset(self, *, function_level: bool = False) -> None:
        """Bring what a guest can change back to its state after a reset."""
        self.space.reset(function_level=function_level)
