"""A device to test with, and a way to await without an event loop."""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

import pytest

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.live import Failure
from muserlab.regs import RO, RW, W1C, bit

T = TypeVar("T")


class Pause:
    """Something to await that takes one step of `finish`."""

    def __await__(self) -> Generator[str, None, None]:
        yield "paused"


def finish(pending: Awaitable[T] | T) -> T:
    """Return what an access gives, awaiting it step by step if need be."""
    if not isinstance(pending, Awaitable):
        return pending
    steps = pending.__await__()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


class Job:
    """A task of ManualHost."""

    def __init__(self, call: Callable[[], object], seconds: float = 0) -> None:
        self.call = call
        self.seconds = seconds
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualHost:
    """A host whose clock is the test: `tick` runs what is due."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.failures: list[Failure] = []
        self.news: list[str] = []
        self.crossings = 0

    def run(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.crossings += 1
        return fn(*args, **kwargs)

    def spawn(self, async_fn: Any, /, *args: Any, name: str | None = None) -> Any:
        return self._add(lambda: async_fn(*args), 0)

    def after(self, seconds: float, fn: Any, /, *args: Any) -> Any:
        return self._add(lambda: fn(*args), seconds)

    every = after

    def report(self, failure: Failure) -> None:
        self.failures.append(failure)

    def announce(self, text: str) -> None:
        self.news.append(text)

    def tick(self) -> None:
        """Run every job that is not cancelled, once."""
        for job in [job for job in self.jobs if not job.cancelled]:
            finish(job.call())

    def _add(self, call: Callable[[], object], seconds: float) -> Job:
        job = Job(call, seconds)
        self.jobs.append(job)
        return job


class Bus:
    """What a client does to a device's regions; a hook that awaits is run to its end."""

    def __init__(self, device: PCIDevice) -> None:
        self.device = device

    def read(self, offset: int, count: int = 4, region: int = 0) -> int:
        """Read a number."""
        return int.from_bytes(self.read_bytes(offset, count, region), "little")

    def read_bytes(self, offset: int, count: int, region: int = 0) -> bytes:
        """Read bytes."""
        return finish(self.device.region(region).read(offset, count))

    def write(self, offset: int, value: int, count: int = 4, region: int = 0) -> None:
        """Write a number."""
        self.write_bytes(offset, value.to_bytes(count, "little"), region)

    def write_bytes(self, offset: int, data: bytes, region: int = 0) -> None:
        """Write bytes."""
        finish(self.device.region(region).write(offset, data))


@pytest.fixture
def adder_bar() -> type[BAR]:
    """A class of its own for each test, as hooks on it would meet in the next one."""

    class AdderBar(BAR, size=0x2000):
        A = RW(0x00)
        CTRL = RW(0x08, go=bit(0), stop=bit(4))
        SUM = RO(0x0C)
        STAT = W1C(0x10, done=bit(0))
        CH = RW(0x20, count=4, on=bit(0))
        BUF = Memory(0x1000, 0x1000, mappable=True)

    return AdderBar


@pytest.fixture
def host() -> ManualHost:
    return ManualHost()


@pytest.fixture
def dev(host: ManualHost, adder_bar: type[BAR]) -> PCIDevice:
    device = PCIDevice("adder", id=(0x1234, 0x0001), bar0=adder_bar, msi=1, intx=True)
    device.host = host
    return device


@pytest.fixture
def bus(dev: PCIDevice) -> Bus:
    return Bus(dev)


@pytest.fixture
def bus_of() -> type[Bus]:
    return Bus


@pytest.fixture
def pause() -> type[Pause]:
    return Pause
