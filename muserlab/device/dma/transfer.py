"""Moving bytes to and from the regions that an access goes through."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from errno import ENOTCONN

from muserlab.device.dma.memory import BytesLike, Memory
from muserlab.device.dma.messenger import Messenger
from muserlab.device.dma.region import DmaRegion
from muserlab.device.dma.table import Piece
from muserlab.device.errors import DeadlockError, DmaFault

Peer = Callable[[], Messenger | None]
"""Returns the client that is connected at the moment of the call."""


def read_shared(pieces: Sequence[Piece]) -> bytes:
    """Return bytes of shared memory; raises DeadlockError where a piece takes messages."""
    if len(pieces) == 1:
        region, offset, size = pieces[0]
        return _shared(region, "aread").read(offset, size)
    memories = [_shared(piece.region, "aread") for piece in pieces]
    return b"".join(
        memory.read(piece.offset, piece.size)
        for memory, piece in zip(memories, pieces, strict=True)
    )


def write_shared(pieces: Sequence[Piece], data: BytesLike) -> None:
    """Write shared memory; raises DeadlockError, with nothing written, where one takes messages."""
    memories = [_shared(piece.region, "awrite") for piece in pieces]
    rest = memoryview(data)
    for memory, piece in zip(memories, pieces, strict=True):
        memory.write(piece.offset, rest[: piece.size])
        rest = rest[piece.size :]


async def read_any(pieces: Sequence[Piece], peer: Peer) -> bytes:
    """Return bytes of any memory."""
    parts: list[bytes] = []
    with _in_flight(pieces):
        for region, offset, size in pieces:
            memory = _present(region)
            if memory is not None:
                parts.append(memory.read(offset, size))
            else:
                parts.append(await _answering(peer, region).read(region.iova + offset, size))
    return b"".join(parts)


async def write_any(pieces: Sequence[Piece], data: bytes, peer: Peer) -> None:
    """Write any memory."""
    with _in_flight(pieces):
        for region, offset, size in pieces:
            part, data = data[:size], data[size:]
            memory = _present(region)
            if memory is not None:
                memory.write(offset, part)
            else:
                await _answering(peer, region).write(region.iova + offset, part)


@contextmanager
def _in_flight(pieces: Sequence[Piece]) -> Generator[None]:
    """Count the transfer in each region, so that none is unmapped meanwhile."""
    for piece in pieces:
        piece.region.in_flight += 1
    try:
        yield
    finally:
        for piece in pieces:
            piece.region.in_flight -= 1


def _shared(region: DmaRegion, method: str) -> Memory:
    if region.memory is None:
        raise DeadlockError(
            f"{region} takes messages, whose answer cannot arrive while we wait for it here: "
            f"use `await dev.dma.{method}(...)` in an async hook or task"
        )
    return region.memory


def _present(region: DmaRegion) -> Memory | None:
    if region.gone:
        raise DmaFault(
            f"the client left, and {region} with it, while a transfer was under way", ENOTCONN
        )
    return region.memory


def _answering(peer: Peer, region: DmaRegion) -> Messenger:
    messenger = peer()
    if messenger is None:
        raise DmaFault(f"{region} takes messages, and no client is connected", ENOTCONN)
    reason = messenger.blocked
    if reason is not None:
        raise DeadlockError(f"{region} takes messages, which would wait for ever now: {reason}")
    return messenger
