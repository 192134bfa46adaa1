"""The MSI-X capability (PCI Local Bus 3.0, 6.8.2)."""

from collections.abc import Callable
from dataclasses import dataclass

from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace
from muserlab.device.errors import DefinitionError

_CONTROL = 2
_FUNCTION_MASK = 1 << 14
_ENABLE = 1 << 15


@dataclass(frozen=True, slots=True)
class MSIX(Capability):
    """Up to 2048 vectors, whose table and pending bits lie in BARs.

    `bar` and `table` say where the table lies: a BAR's number and an offset in it. The pending bits
    follow the table, unless `pba_bar` and `pba` say where they lie.
    """

    count: int = 1
    bar: int | None = None
    table: int = 0
    pba_bar: int | None = None
    pba: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 2048:
            raise DefinitionError(f"MSI-X has 1 to 2048 vectors, not {self.count}")
        for what, bar, offset in (
            ("table", self.bar, self.table),
            ("pending bits", self.pba_bar, self.pba or 0),
        ):
            if bar is not None and not 0 <= bar <= 5:
                raise DefinitionError(f"the MSI-X {what} cannot lie in BAR{bar}")
            if offset % 8 or not 0 <= offset < 1 << 32:
                raise DefinitionError(
                    f"the MSI-X {what} cannot lie at {offset:#x}: offsets are multiples of 8"
                )
        if self.pba_bar is not None and self.pba is None:
            raise DefinitionError(f"say where in BAR{self.pba_bar} the pending bits lie: pba=…")

    @property
    def capability_id(self) -> int:
        """PCI's number."""
        return 0x11

    @property
    def table_size(self) -> int:
        """Bytes of the table."""
        return 16 * self.count

    @property
    def pba_size(self) -> int:
        """Bytes of the pending bit array."""
        return (self.count + 63) // 64 * 8

    @property
    def table_place(self) -> tuple[int, int]:
        """BAR and offset of the table; raises DefinitionError where no BAR is known."""
        if self.bar is None:
            raise DefinitionError("say in which BAR the MSI-X table lies: MSIX(COUNT, bar=NUMBER)")
        return self.bar, self.table

    @property
    def pba_place(self) -> tuple[int, int]:
        """BAR and offset of the pending bit array."""
        bar, table = self.table_place
        return (
            bar if self.pba_bar is None else self.pba_bar,
            table + self.table_size if self.pba is None else self.pba,
        )

    def image(self) -> Image:
        """Return its bytes."""
        image = Image(12)
        image.field(_CONTROL, 2, self.count - 1, writable=_FUNCTION_MASK | _ENABLE)
        for at, (bar, offset) in ((4, self.table_place), (8, self.pba_place)):
            image.field(at, 4, offset | bar)
        return image

    def live(self, space: ConfigSpace, offset: int) -> "LiveMSIX":
        """Return the capability of one device."""
        return LiveMSIX(self, space, offset)


class LiveMSIX(LiveCapability):
    """A device's MSI-X switches for all vectors; each vector's own are in the table."""

    definition: MSIX

    def __init__(self, definition: MSIX, space: ConfigSpace, offset: int) -> None:
        super().__init__(definition, space, offset)
        self.count = definition.count
        self.on_change: Callable[[], None] = lambda: None

    @property
    def on(self) -> bool:
        """Whether the guest turned MSI-X on."""
        return bool(self.number(_CONTROL, 2) & _ENABLE)

    @property
    def all_masked(self) -> bool:
        """Whether the guest masks all vectors at once."""
        return bool(self.number(_CONTROL, 2) & _FUNCTION_MASK)

    def written(self) -> None:
        """Tell that a switch may have been turned."""
        self.on_change()

    def after_reset(self) -> None:
        """Tell that the reset turned the switches."""
        self.on_change()
