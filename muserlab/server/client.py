"""Who is connected, for people and for displays."""

from collections.abc import Iterator
from dataclasses import dataclass

from muserlab.proto import Capabilities


@dataclass(frozen=True, slots=True)
class ClientStatus:
    """A client that is connected: who it is, since when, and what both sides agreed on.

    `name` is such as "pid 4711 (qemu-system-x86)", `since` in seconds since the epoch. `agreed` is
    None until the client has sent its VERSION message.
    """

    name: str
    since: float
    agreed: Capabilities | None
    passes_fds: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """What was agreed on, in words."""
        return () if self.agreed is None else tuple(self._terms(self.agreed))

    def _terms(self, agreed: Capabilities) -> Iterator[str]:
        yield f"{agreed.max_msg_fds} fds a message" if self.passes_fds else "no fds"
        yield f"transfers of {agreed.max_data_xfer_size >> 10} KiB"
        yield f"{agreed.max_dma_maps} DMA regions"
        if agreed.twin_socket is not None and agreed.twin_socket.supported:
            yield "twin socket"
        if agreed.write_multiple:
            yield "several writes a message"

    def __str__(self) -> str:
        """Say who it is."""
        return self.name
