"""Plain memory among the registers of a region."""

from collections.abc import Iterator

from muserlab.device.errors import DefinitionError
from muserlab.device.region.storage import PAGE
from muserlab.regs import Mark, Markable, Member, Placed


class Memory(Markable, Member):
    """Memory of size bytes at offset of a region: `BUF = Memory(0x1000, 0x1000, mappable=True)`.

    What was written is read. A mappable one, on whole pages, is offered to the client as an area
    that it may map: its accesses there are fast, and unseen but by on_change.
    """

    def __init__(self, offset: int, size: int, *, mappable: bool = False) -> None:
        if size < 1:
            raise DefinitionError(f"memory at {offset:#x} has {size} bytes; want 1 or more")
        super().__init__(offset, size, None, None)
        self.mappable = mappable
        if mappable and (offset % PAGE or size % PAGE):
            raise DefinitionError(
                f"memory at {offset:#x} of {size:#x} bytes cannot be mappable: only whole pages of"
                f" {PAGE:#x} bytes can be mapped"
            )

    def place(self) -> Iterator[Placed]:
        """Yield nothing: there are no registers in it."""
        return iter(())

    @property
    def on_change(self) -> Mark:
        """Mark a method of the class for what a client changes in memory that it mapped."""
        return Mark(self, "", None, "on_change")
