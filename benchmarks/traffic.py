"""What a client sends and how many bytes answer it, built before any time is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from muserlab.proto import (
    OFFER,
    Connection,
    DmaFlags,
    DmaMap,
    DmaUnmap,
    RegionRead,
    RegionWrite,
    Request,
    RequestBody,
    Role,
    Version,
)

HEADER = 16
"""Bytes of a message's header, which is all of an empty reply."""

KIB = 1 << 10
MIB = 1 << 20

BYTE = b"\xa5"
"""What memory is filled with. Zeros that nobody wrote are one page of the kernel's again and again,
always in the cache."""
IOVA = 0x1_0000_0000
"""Where memory is mapped: away from whatever a case has mapped for good."""

_ACCESS = HEADER + 16
"""Bytes of the reply to a region access, without data."""

_UNMAPPED = HEADER + 24
_POSTED = 64
_BATCHES = 2
"""Posted writes that leave together, so that sending them is not what is measured, and how many
such batches there are for each answer that the client waits for."""

_IN_FLIGHT = 16


class Exchange(NamedTuple):
    """Messages that are sent one by one, and how many bytes answer all of them together.

    `fd` goes with the first message, if there is one.
    """

    messages: tuple[bytes, ...]
    reply_size: int
    fd: int | None = None

    @property
    def size(self) -> int:
        """How many bytes are sent."""
        return sum(map(len, self.messages))


@dataclass(frozen=True)
class Traffic:
    """Exchanges in turn, again and again. Counted are the accesses, or the bytes of data."""

    name: str
    exchanges: tuple[Exchange, ...]
    accesses: int = 1
    data_size: int = 0
    """Bytes of data in one turn, where the rate is told in bytes; 0 where it is in accesses."""


@dataclass(frozen=True)
class Place:
    """Where a server is accessed: the region's index, and an offset in it."""

    region: int = 0
    offset: int = 0


class Builder:
    """Makes traffic for one place of any vfio-user server."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._connection = _agreed()

    @staticmethod
    def hello() -> bytes:
        """Return the VERSION message that comes before anything else."""
        return Connection(Role.CLIENT).request(Version(capabilities=OFFER)).data

    def read(self, size: int = 4) -> Traffic:
        """Read, and wait for the answer, each time."""
        exchange = Exchange((self._read(size),), _ACCESS + size)
        return Traffic(f"{_bytes(size)} read", (exchange,), data_size=_counted(size))

    def write(self, size: int = 4) -> Traffic:
        """Write, and wait for the answer, each time."""
        exchange = Exchange((self._write(size),), _ACCESS)
        return Traffic(f"{_bytes(size)} write", (exchange,), data_size=_counted(size))

    def posted_writes(self) -> Traffic:
        """Write without waiting, and read now and then, which waits for all of them."""
        batch = self._write(4, posted=True) * _POSTED
        exchange = Exchange((*(batch,) * _BATCHES, self._read(4)), _ACCESS + 4)
        return Traffic("posted 4-byte write", (exchange,), accesses=_POSTED * _BATCHES)

    def reads_in_flight(self) -> Traffic:
        """Send several reads before waiting for their answers."""
        exchange = Exchange((self._read(4) * _IN_FLIGHT,), (_ACCESS + 4) * _IN_FLIGHT)
        return Traffic(f"{_IN_FLIGHT} reads in flight", (exchange,), accesses=_IN_FLIGHT)

    def map_and_unmap(self, memory: int) -> Traffic:
        """Map a memfd of 1 MiB for DMA and unmap it."""
        flags = DmaFlags.READ | DmaFlags.WRITE
        mapping = self._message(DmaMap(flags, 0, IOVA, MIB), (memory,))
        unmapping = self._message(DmaUnmap(24, 0, IOVA, MIB))
        exchanges = Exchange((mapping,), HEADER, memory), Exchange((unmapping,), _UNMAPPED)
        return Traffic("DMA map and unmap", exchanges)

    def _read(self, size: int) -> bytes:
        return self._message(RegionRead(self._place.offset, self._place.region, size))

    def _write(self, size: int, *, posted: bool = False) -> bytes:
        body = RegionWrite(self._place.offset, self._place.region, bytes(size))
        return self._message(body, posted=posted)

    def _message(
        self, body: RequestBody, fds: Sequence[int] = (), *, posted: bool = False
    ) -> bytes:
        return self._connection.request(body, fds, no_reply=posted).data


def _agreed() -> Connection:
    """Return a client's end of a connection that can send anything: a server has answered it."""
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    for request in server.receive(client.request(Version(capabilities=OFFER)).data):
        assert isinstance(request, Request)
        client.receive(server.reply(request, Version(capabilities=OFFER)).data)
    return client


def _counted(size: int) -> int:
    """Return how many bytes of an access count; of a small one, it is the access that does."""
    return size if size > 8 else 0


def _bytes(size: int) -> str:
    if size >= MIB:
        return f"{size // MIB} MiB"
    return f"{size // KIB} KiB" if size >= KIB else f"{size}-byte"
