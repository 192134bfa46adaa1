"""What stands between a device's interrupt and the client's eventfd: the guest's own switches."""

from collections.abc import Callable
from typing import Protocol


class Gate(Protocol):
    """One interrupt type as configuration space (and, for MSI-X, its table) has it.

    `on_change` is called with a range of vectors after the guest turned switches of theirs.
    """

    on_change: Callable[[range], None]

    @property
    def count(self) -> int:
        """Number of vectors that the device has."""
        ...

    def enabled(self, vector: int, /) -> bool:
        """Tell whether the guest uses the vector, whatever the client did about eventfds."""
        ...

    def blocked(self, vector: int, /) -> bool:
        """Tell whether the guest holds the vector back."""
        ...

    def show(self, vector: int, pending: bool, /) -> None:
        """Set or clear the bit in which the guest sees that the vector waits."""
        ...


class OpenGate:
    """The gate of a type that PCI has no switches for: ERR and REQ, which are VFIO's own."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.on_change: Callable[[range], None] = lambda _vectors: None

    def enabled(self, _vector: int) -> bool:
        """Say no: without an eventfd nobody listens."""
        return False

    def blocked(self, _vector: int) -> bool:
        """Say no."""
        return False

    def show(self, _vector: int, _pending: bool) -> None:
        """Do nothing: there is no such bit."""
