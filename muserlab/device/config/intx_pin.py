"""The two bits in which configuration space knows INTx (PCI Local Bus 3.0, 6.2.2 and 6.2.3)."""

from collections.abc import Callable

from muserlab.device.config.header import Header


class IntxPin:
    """The header's part in INTx: the gate of the line."""

    count = 1

    def __init__(self, header: Header) -> None:
        self.on_change: Callable[[range], None] = lambda _vectors: None
        self._header = header
        header.on_command.append(lambda: self.on_change(range(1)))

    def enabled(self, _vector: int) -> bool:
        """Say no: the header has no such switch."""
        return False

    def blocked(self, _vector: int) -> bool:
        """Tell whether the guest keeps the function from asserting its line."""
        return self._header.intx_disabled

    def show(self, _vector: int, pending: bool) -> None:
        """Set or clear the status register's interrupt bit."""
        self._header.show_intx(pending)
