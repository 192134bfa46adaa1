"""A device with something of everything, which is driven so that there is a trace to play."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.lab.rehearsal import rehearse
from muserlab.live import Hook, Rehearsal
from muserlab.regs import RC, RO, RW, W1C, bit
from muserlab.trace import Event, Kind, Trace

MS = 1_000_000


class Clock:
    """The time of a trace, in nanoseconds, which a test moves."""

    def __init__(self) -> None:
        self.now = 5_000_000_000

    def __call__(self) -> int:
        return self.now


class Recording:
    """Makes accesses of a device that has no clock of its own, and keeps their trace."""

    def __init__(self, dev: PCIDevice) -> None:
        self.dev = dev
        self.clock = Clock()
        dev.record_to(Trace(clock=self.clock))
        dev.trace.record(Kind.LOG, "before", note="so that the trace begins in the middle")

    @property
    def events(self) -> Sequence[Event]:
        """What was recorded, from the device as it was at the beginning on."""
        return self.dev.trace[1:]

    def read(self, offset: int, count: int = 4, region: int = 0, after_ms: float = 1) -> int:
        self.clock.now += int(after_ms * MS)
        data = self.dev.region(region).read(offset, count)
        assert isinstance(data, bytes)
        return int.from_bytes(data, "little")

    def write(
        self, offset: int, value: int, count: int = 4, region: int = 0, after_ms: float = 1
    ) -> None:
        self.clock.now += int(after_ms * MS)
        assert self.dev.region(region).write(offset, value.to_bytes(count, "little")) is None

    def record(
        self, kind: Kind, where: str, offset: int | None = None, data: bytes = b"", note: str = ""
    ) -> None:
        """Record an event of which the device knows nothing."""
        self.dev.trace.record(kind, where, offset, data, note)

    def wait(self, ms: float) -> None:
        """Let time pass, and be seen in the trace."""
        self.clock.now += int(ms * MS)
        self.record(Kind.LOG, "clock")


@pytest.fixture
def bar() -> type[BAR]:
    class AdderBar(BAR, size=0x2000):
        A = RW(0x00)
        CTRL = RW(0x08, go=bit(0))
        SUM = RO(0x0C)
        STAT = W1C(0x10, done=bit(0))
        ONCE = RC(0x14, reset=0xF)
        BUF = Memory(0x1000, 0x1000, mappable=True)

    return AdderBar


@pytest.fixture
def dev(bar: type[BAR]) -> PCIDevice:
    return PCIDevice("adder", id=(0x1234, 1), bar0=bar, bar1=64, msi=2, intx=True, express=True)


@pytest.fixture
def recording(dev: PCIDevice) -> Recording:
    return Recording(dev)


@pytest.fixture
def tried() -> Callable[..., Rehearsal]:
    def rehearsed(recording: Recording, hook: Hook, function: Any) -> Rehearsal:
        return rehearse(recording.dev, hook, function, recording.events)

    return rehearsed
