"""A client's memory of every kind, and DMA of no device."""

import fcntl
import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from muserlab.device.dma import DMA, DmaRegion
from muserlab.device.hooks import HookOwner
from muserlab.device.host import InlineHost
from muserlab.live import Hook
from muserlab.trace import Trace


@dataclass
class Subject:
    trace: Trace = field(default_factory=Trace)
    host: InlineHost = field(default_factory=InlineHost)
    batch: None = None


class Messenger:
    """A client's memory that is reached by messages, and what it says to them."""

    def __init__(self) -> None:
        self.memory: dict[int, int] = {}
        self.blocked: str | None = None
        self.before: Callable[[], object] = lambda: None

    async def read(self, address: int, count: int) -> bytes:
        self.before()
        return bytes(self.memory.get(address + i, 0) for i in range(count))

    async def write(self, address: int, data: bytes) -> None:
        self.before()
        self.memory.update(enumerate(data, address))


class Bench:
    """DMA, and the client's side of the files that it mapped."""

    def __init__(self) -> None:
        self.subject = Subject()
        self.heard: list[tuple[str, Any]] = []
        self.dma = DMA(HookOwner(self.subject), self._emit, limit=8)
        self.dma.messenger = self.messenger = Messenger()
        self.kept: list[int] = []

    def _emit(self, hook: Hook, region: DmaRegion) -> None:
        self.heard.append((hook.name, region))

    def keep(self, fd: int) -> int:
        """Keep a client's own end of an fd that is given away."""
        self.kept.append(os.dup(fd))
        return fd

    def memfd(self, size: int, seals: int = fcntl.F_SEAL_SHRINK) -> int:
        fd = os.memfd_create("client", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
        return self.keep(fd)

    def file(self, size: int, flags: int = os.O_RDWR) -> int:
        with tempfile.NamedTemporaryFile() as named:
            named.truncate(size)
            return self.keep(os.open(named.name, flags))

    def map(
        self, address: int, size: int, fd: int | None = None, offset: int = 0, mode: str = "rw"
    ) -> DmaRegion:
        return self.dma.map(
            address, size, offset, readable="r" in mode, writable="w" in mode, fd=fd
        )

    def close(self) -> None:
        self.dma.release()
        for fd in self.kept:
            os.close(fd)


def open_fds() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def bench() -> Iterator[Bench]:
    gc.collect()  # devices of other tests may hold fds of their own until then
    before = open_fds()
    bench = Bench()
    yield bench
    bench.close()
    assert open_fds() == before


@pytest.fixture
def new_bench() -> Callable[[], Bench]:
    return Bench
