"""The type 0 header of configuration space (PCI Local Bus 3.0, 6.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muserlab.device.config.bar_shape import BarShape
from muserlab.device.config.bits import check_bits
from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace
from muserlab.device.errors import DefinitionError

SIZE = 0x40
COMMAND = 0x04
STATUS = 0x06
BARS = 0x10
ROM = 0x30
CAPABILITIES = 0x34

COMMAND_IO = 1 << 0
COMMAND_MEMORY = 1 << 1
COMMAND_MASTER = 1 << 2
COMMAND_PARITY = 1 << 6
COMMAND_SERR = 1 << 8
COMMAND_INTX_DISABLE = 1 << 10
STATUS_INTX = 1 << 3
STATUS_CAPABILITIES = 1 << 4
STATUS_ERRORS = 0xF900
"""Parity and abort bits, which a guest clears by writing 1."""

ROM_LEAST, ROM_MOST = 1 << 11, 1 << 24


@dataclass(frozen=True, slots=True)
class Identity:
    """The numbers by which a guest knows a function. `class_code` has 24 bits."""

    vendor: int
    device: int
    subsystem_vendor: int = 0
    subsystem: int = 0
    class_code: int = 0xFF0000
    revision: int = 0

    def __post_init__(self) -> None:
        for name, bits in (
            ("vendor", 16),
            ("device", 16),
            ("subsystem_vendor", 16),
            ("subsystem", 16),
            ("class_code", 24),
            ("revision", 8),
        ):
            check_bits(name, getattr(self, name), bits)
        reason = _unseen(self.vendor, self.device)
        if reason:
            raise DefinitionError(
                f"no guest can see a function {self.vendor:04x}:{self.device:04x}: {reason}; use a"
                " vendor ID of your own, or 0x1234"
            )


class Header:
    """The first 64 bytes, as they are at this moment.

    `rom_size` 0 is no expansion ROM. `vga` says that the function answers at the legacy VGA
    addresses, whose decoding the command register controls too.
    """

    name = "the header"

    def __init__(
        self,
        space: ConfigSpace,
        identity: Identity,
        *,
        bars: Sequence[BarShape | None] = (),
        rom_size: int = 0,
        vga: bool = False,
        intx: bool = False,
        express: bool = False,
    ) -> None:
        self.identity = identity
        self.bars = (*bars, *[None] * (6 - len(bars)))
        self.rom_size = rom_size
        self.on_command: list[Callable[[], None]] = []
        self._space = space
        self._command = 0
        image = Image(SIZE)
        self._describe(image, rom_size, vga=vga, intx=intx, express=express)
        space.place(self, 0, image)

    def _describe(
        self, image: Image, rom_size: int, *, vga: bool, intx: bool, express: bool
    ) -> None:
        identity = self.identity
        io = vga or any(bar.io for bar in self.bars if bar)
        memory = vga or rom_size > 0 or any(not bar.io for bar in self.bars if bar)
        command = COMMAND_MASTER | COMMAND_PARITY | COMMAND_SERR | COMMAND_INTX_DISABLE
        command |= COMMAND_IO * io | COMMAND_MEMORY * memory
        image.field(0x00, 2, identity.vendor)
        image.field(0x02, 2, identity.device)
        image.field(COMMAND, 2, writable=command)
        image.field(STATUS, 2, clearable=STATUS_ERRORS)
        image.field(0x08, 1, identity.revision)
        image.field(0x09, 3, identity.class_code)
        image.field(0x0C, 1, writable=0xFF)  # cache line size
        image.field(0x0D, 1, writable=0 if express else 0xFF)  # latency timer
        image.field(0x2C, 2, identity.subsystem_vendor)
        image.field(0x2E, 2, identity.subsystem)
        image.field(0x3C, 1, writable=0xFF)  # interrupt line
        image.field(0x3D, 1, int(intx))  # interrupt pin: INTA
        self._describe_bars(image)
        if rom_size:
            _check_rom(rom_size)
            image.field(ROM, 4, writable=(1 << 32) - rom_size | 1)

    def _describe_bars(self, image: Image) -> None:
        if len(self.bars) > 6:
            raise DefinitionError(f"a function has 6 BARs, not {len(self.bars)}")
        for i, bar in enumerate(self.bars):
            if bar is None:
                continue
            if bar.bits == 64 and (i == 5 or self.bars[i + 1] is not None):
                raise DefinitionError(
                    f"BAR{i} is 64-bit and takes the place of BAR{i + 1}, which "
                    + ("does not exist" if i == 5 else "is defined too")
                )
            image.field(BARS + 4 * i, bar.bits // 8, bar.flags, writable=bar.writable)

    def written(self) -> None:
        """Tell of a changed command register."""
        command = self.command
        if command != self._command:
            self._command = command
            for listener in self.on_command:
                listener()

    def after_reset(self) -> None:
        """Tell of a command register that the reset changed."""
        self.written()

    # -- what it says ------------------------------------------------------------------------------

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each BAR and of the ROM, by the names of their regions."""
        sizes = {f"bar{i}": bar.size for i, bar in enumerate(self.bars) if bar is not None}
        return sizes | ({"rom": self.rom_size} if self.rom_size else {})

    @property
    def command(self) -> int:
        """The command register."""
        return self._space.number(COMMAND, 2)

    @property
    def bus_master(self) -> bool:
        """Whether the guest lets the function do DMA and send MSIs."""
        return bool(self.command & COMMAND_MASTER)

    @property
    def intx_disabled(self) -> bool:
        """Whether the guest keeps the function from asserting its line."""
        return bool(self.command & COMMAND_INTX_DISABLE)

    def address(self, bar: int) -> int:
        """Return the address that the guest gave a BAR."""
        shape = self.bars[bar]
        if shape is None:
            raise DefinitionError(f"there is no BAR{bar}")
        return self._space.number(BARS + 4 * bar, shape.bits // 8) & shape.writable

    @property
    def rom_enabled(self) -> bool:
        """Whether the guest turned decoding of the expansion ROM on."""
        return bool(self._space.number(ROM, 4) & 1)

    # -- what the function tells it ----------------------------------------------------------------

    def show_intx(self, asserted: bool) -> None:
        """Set or clear the status register's interrupt bit."""
        self._space.put(STATUS, 2, STATUS_INTX * asserted, STATUS_INTX)

    def show_capabilities(self, first: int) -> None:
        """Point to the first capability."""
        self._space.put(CAPABILITIES, 1, first)
        self._space.put(STATUS, 2, STATUS_CAPABILITIES, STATUS_CAPABILITIES)


def _unseen(vendor: int, device: int) -> str:
    """Return why a guest does not find such a function (Linux, pci_bus_generic_read_dev_vendor_id).

    Empty where it does.
    """
    if vendor == 0xFFFF:
        return "reads that nothing answers give vendor 0xffff"
    if vendor == 0x0001:
        return (
            "vendor 0x0001 asks to try again later (PCI Express Base 3.0, 2.3.2), and Linux does so"
            " for a minute"
        )
    if vendor == 0 and device in (0, 0xFFFF):
        return "Linux takes it for an empty slot"
    return ""


def _check_rom(size: int) -> None:
    if size & (size - 1) or not ROM_LEAST <= size <= ROM_MOST:
        raise DefinitionError(
            f"an expansion ROM of {size:#x} bytes: its size must be a power of two "
            f"from {ROM_LEAST:#x} to {ROM_MOST:#x}"
        )
