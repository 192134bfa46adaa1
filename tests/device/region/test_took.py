"""What the trace says of how long the device took for an access."""

from collections.abc import Awaitable
from itertools import count
from typing import Any

import pytest

from muserlab.device import PCIDevice, RegionError
from muserlab.trace import Event, Kind, Trace


class Clock:
    """A clock that hooks move, as if they computed for a while."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(dev: PCIDevice) -> Clock:
    clock = Clock()
    dev.record_to(Trace(clock=clock))
    return clock


def took(dev: PCIDevice, kind: Kind) -> list[int | None]:
    return [event.took_ns for event in dev.trace.select(kind)]


def test_accesses_without_hooks_take_what_storing_takes(dev: PCIDevice, bus: Any) -> None:
    dev.record_to(Trace(clock=count().__next__))
    bus.write(0x00, 1)
    bus.read(0x00)
    bus.write(0x800, 1)
    assert [event.took_ns for event in dev.trace] == [1, 1, 1]


@pytest.mark.parametrize("site", ["A", "range"])
def test_a_hook_is_part_of_its_access(dev: PCIDevice, bus: Any, clock: Clock, site: str) -> None:
    def on_read(dev: PCIDevice, *args: int) -> int:
        clock.now += 20
        return 7

    def on_write(dev: PCIDevice, *args: Any) -> None:
        clock.now += 30
        dev.trace.record(Kind.LOG, "meanwhile")

    where = dev.bar0.A if site == "A" else dev.bar0[0x00:0x04]
    where.on_read(on_read)
    where.on_write(on_write)
    bus.read(0x00)
    bus.write(0x00, 1)
    kinds = [Kind.READ, Kind.WRITE, Kind.LOG]
    happened = dev.trace.select(kinds)
    assert [event.kind for event in happened] == kinds
    assert [event.took_ns for event in happened] == [20, 30, None]
    assert [event.began_ns for event in happened] == [0, 20, 50]


@pytest.mark.parametrize("site", ["A", "range"])
def test_an_async_hook_takes_until_it_has_waited(
    dev: PCIDevice, clock: Clock, pause: Any, site: str
) -> None:
    async def slow(dev: PCIDevice, *args: Any) -> None:
        await pause()

    where = dev.bar0.A if site == "A" else dev.bar0[0x00:0x04]
    where.on_write(slow)
    pending = dev.region(0).write(0x00, bytes(4))
    assert isinstance(pending, Awaitable)
    steps = pending.__await__()
    next(steps)
    clock.now += 500
    assert took(dev, Kind.WRITE) == [None]
    with pytest.raises(StopIteration):
        next(steps)
    assert took(dev, Kind.WRITE) == [500]


def test_an_async_read_takes_until_its_answer(dev: PCIDevice, bus: Any, clock: Clock) -> None:
    @dev.bar0.A.on_read
    async def slow(dev: PCIDevice, value: int) -> int:
        clock.now += 70
        return value

    bus.read(0x00)
    assert took(dev, Kind.READ) == [70]


@pytest.mark.parametrize("is_async", [False, True])
def test_an_error_is_an_answer_too(dev: PCIDevice, bus: Any, clock: Clock, is_async: bool) -> None:
    def fails(dev: PCIDevice, new: int, old: int) -> None:
        clock.now += 9
        raise KeyError("oops")

    async def fails_later(dev: PCIDevice, new: int, old: int) -> None:
        fails(dev, new, old)

    dev.bar0.A.on_write(fails_later if is_async else fails)
    with pytest.raises(RegionError):
        bus.write(0x00, 1)
    assert took(dev, Kind.WRITE) == [9]


def test_an_access_ends_in_the_trace_that_it_began_in(
    dev: PCIDevice, clock: Clock, pause: Any
) -> None:
    @dev.bar0.A.on_write
    async def slow(dev: PCIDevice, new: int, old: int) -> None:
        await pause()

    before = dev.trace
    pending = dev.region(0).write(0x00, bytes(4))
    assert pending is not None
    steps = pending.__await__()
    next(steps)
    dev.record_to(Trace())
    dev.trace.record(Kind.WRITE, "another's")
    clock.now += 4
    with pytest.raises(StopIteration):
        next(steps)
    assert [event.took_ns for event in before.select(Kind.WRITE)] == [4]
    assert took(dev, Kind.WRITE) == [None]


def test_a_listener_meets_a_write_before_its_hooks(dev: PCIDevice, bus: Any, clock: Clock) -> None:
    order: list[Any] = []
    dev.bar0.A.on_write(lambda dev, new, old: order.append("hook"))

    def heard(event: Event) -> None:
        if event.kind is Kind.WRITE:
            order.append(event.took_ns)

    dev.trace.subscribe(heard)
    bus.write(0x00, 1)
    assert order == [None, "hook"]
