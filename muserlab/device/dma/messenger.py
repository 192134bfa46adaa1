"""How memory is reached that the client shares by messages only."""

from typing import Protocol


class Messenger(Protocol):
    """VFIO_USER_DMA_READ and VFIO_USER_DMA_WRITE to a client that is connected.

    Transfers may have any size; both raise DmaError where the client refuses or is gone.
    """

    @property
    def blocked(self) -> str | None:
        """Why a message sent now would wait for ever, or None if it would not."""
        ...

    async def read(self, address: int, count: int) -> bytes:
        """Return bytes of the client's memory."""
        ...

    async def write(self, address: int, data: bytes) -> None:
        """Write to the client's memory."""
        ...
