"""The PCI Express capability of an endpoint (PCI Express Base 3.0, 7.8)."""

from collections.abc import Callable
from dataclasses import dataclass

from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace
from muserlab.device.errors import DefinitionError

_DEVICE_CONTROL = 0x08
_FLR = 1 << 15
_PAYLOADS = (128, 256, 512, 1024, 2048, 4096)
_WIDTHS = (1, 2, 4, 8, 12, 16, 32)
_MAX_PAYLOAD = 0b111 << 5


@dataclass(frozen=True, slots=True)
class PCIExpress(Capability):
    """Version 2 of the capability, for a native or a legacy endpoint.

    `max_payload` in bytes; `generation` 1 to 5 is the link's speed and `width` its lanes: shown,
    and of no other effect. `flr` says that the function can be reset alone.
    """

    legacy: bool = False
    max_payload: int = 128
    generation: int = 1
    width: int = 1
    flr: bool = True

    def __post_init__(self) -> None:
        if self.max_payload not in _PAYLOADS:
            raise DefinitionError(f"max_payload is {self.max_payload}, not one of {_PAYLOADS}")
        if not 1 <= self.generation <= 5:
            raise DefinitionError(f"generation is {self.generation}, not 1 to 5")
        if self.width not in _WIDTHS:
            raise DefinitionError(f"width is {self.width}, not one of {_WIDTHS}")

    @property
    def capability_id(self) -> int:
        """PCI's number."""
        return 0x10

    def image(self) -> Image:
        """Return its bytes."""
        image = Image(0x3C)
        image.field(0x02, 2, 2 | self.legacy << 4)
        role_based_errors = 1 << 15
        image.field(0x04, 4, _PAYLOADS.index(self.max_payload) | role_based_errors | self.flr << 28)
        # Error reporting, relaxed ordering, payload size, no snoop and read request size; of these
        # ordering, snoop and 512-byte requests are on after a reset.
        image.field(
            _DEVICE_CONTROL, 2, 0x2810, writable=0x78FF | _FLR * self.flr, kept=_MAX_PAYLOAD
        )
        image.field(0x0A, 2, clearable=0x000F)
        speed_and_width = self.generation | self.width << 4
        image.field(0x0C, 4, speed_and_width)
        link_control = 0x00CB  # ASPM, read completion boundary, common clock, extended synch
        image.field(0x10, 2, writable=link_control, kept=link_control)
        image.field(0x12, 2, speed_and_width)
        timeout_can_be_disabled = 1 << 4
        image.field(0x24, 4, timeout_can_be_disabled)
        image.field(0x28, 2, writable=0x0010)
        image.field(0x2C, 4, ((1 << self.generation) - 1) << 1)
        image.field(0x30, 2, self.generation, writable=0x000F, sticky=0x000F)
        return image

    def live(self, space: ConfigSpace, offset: int) -> "LivePCIExpress":
        """Return the capability of one device."""
        return LivePCIExpress(self, space, offset)


class LivePCIExpress(LiveCapability):
    """A device's PCI Express switches.

    `on_flr()` is called when the guest asks for a function-level reset, within its write.
    """

    definition: PCIExpress

    def __init__(self, definition: PCIExpress, space: ConfigSpace, offset: int) -> None:
        super().__init__(definition, space, offset)
        self.on_flr: Callable[[], None] = lambda: None

    def written(self) -> None:
        """Ask for a reset if the guest did; the bit that it set always reads 0."""
        if self.number(_DEVICE_CONTROL, 2) & _FLR:
            self.put(_DEVICE_CONTROL, 2, 0, _FLR)
            self.on_flr()
