"""Whether the driver lets the function act on the bus, and who hears of it that it did anyway."""

from collections.abc import Callable

from muserlab.device.config.header import COMMAND_IO, COMMAND_MASTER, COMMAND_MEMORY, Header

NOTE = "bus master off"


class Mastering:
    """Notes DMA and messages that a real function could not send (PCI Local Bus 3.0, 6.2.2).

    Nothing is refused. A client that never enabled the function's decoding is a script that leaves
    configuration space alone, and hears nothing.
    """

    def __init__(self, announce: Callable[[str], None] = lambda _text: None) -> None:
        self.off = False
        """Whether the driver uses the function, and has not let it act on the bus."""
        self._announce = announce
        self._told = False

    def follow(self, header: Header) -> None:
        """Look at the command register whenever it changes."""

        def look() -> None:
            decoding = header.command & (COMMAND_IO | COMMAND_MEMORY)
            self.off = bool(decoding) and not header.command & COMMAND_MASTER

        header.on_command.append(look)

    def begin(self) -> None:
        """Begin with a new client, which has not been told of."""
        self._told = False

    def note(self, what: str) -> str:
        """Return what the trace says of an act on the bus; tell people once for each client."""
        if not self.off:
            return ""
        if not self._told:
            self._told = True
            self._announce(
                f"{what} although the driver has not enabled bus mastering (COMMAND bit 2)"
            )
        return NOTE
