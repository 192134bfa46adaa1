"""An async hook delays its own access; what it crosses still happens in ascending order."""

from collections.abc import Awaitable
from typing import Any

import pytest

from muserlab.device import PCIDevice, RegionError


def test_an_access_with_an_async_hook_is_something_to_await(dev: PCIDevice, pause: Any) -> None:
    @dev.bar0.SUM.on_read
    async def slow(dev: PCIDevice, value: int) -> int:
        await pause()
        return value + 1

    pending = dev.region(0).read(0x0C, 4)
    assert isinstance(pending, Awaitable)
    steps = pending.__await__()
    assert next(steps) == "paused"
    assert dev.trace.accesses == 0
    dev.bar0.SUM.poke(9)
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == (1).to_bytes(4, "little")
    assert dev.trace.accesses == 1


def test_registers_after_an_async_one_wait_for_it(dev: PCIDevice, pause: Any) -> None:
    order: list[str] = []

    @dev.bar0.CTRL.on_write
    async def slow(dev: PCIDevice, new: int, old: int) -> None:
        order.append("CTRL begins")
        await pause()
        order.append("CTRL ends")

    dev.bar0.A.on_write(lambda dev, new, old: order.append("A"))
    dev.bar0.STAT.on_write(lambda dev, new, old: order.append("STAT"))
    pending = dev.region(0).write(0x00, bytes(0x14))
    assert pending is not None
    steps = pending.__await__()
    next(steps)
    assert order == ["A", "CTRL begins"]
    with pytest.raises(StopIteration):
        next(steps)
    assert order == ["A", "CTRL begins", "CTRL ends", "STAT"]


def test_an_async_raw_hook_may_fail_after_awaiting(dev: PCIDevice, bus: Any, pause: Any) -> None:
    @dev.bar0.on_read
    async def broken(dev: PCIDevice, offset: int, count: int) -> int:
        await pause()
        raise OSError

    with pytest.raises(RegionError, match="failed"):
        bus.read(0x00)


def test_an_async_hooks_pokes_are_undone_but_not_what_others_wrote_meanwhile(
    dev: PCIDevice, bus: Any, pause: Any
) -> None:
    @dev.bar0.A.on_write
    async def good(dev: PCIDevice, new: int, old: int) -> None:
        await pause()

    @dev.bar0.A.on_write
    async def broken(dev: PCIDevice, new: int, old: int) -> None:
        dev.bar0.SUM.poke(1)
        dev.bar0.CTRL.poke(0xFFFF)
        await pause()
        raise LookupError

    pending = dev.region(0).write(0x00, bytes(4))
    assert pending is not None
    steps = pending.__await__()
    next(steps)
    assert (dev.bar0.SUM.peek(), dev.bar0.CTRL.peek()) == (1, 0xFFFF)
    bus.write(0x08, 0x22, count=1)
    assert list(steps) == ["paused"]  # the version before, which awaits as well
    assert (dev.bar0.SUM.peek(), dev.bar0.CTRL.peek()) == (0, 0x22)
    assert dev.bar0.A.on_write.current.number == 1


def test_an_async_register_hook_that_fails_leaves_what_was_stored(
    dev: PCIDevice, bus: Any, pause: Any
) -> None:
    @dev.bar0.A.on_read
    async def broken(dev: PCIDevice, value: int) -> int:
        await pause()
        raise OSError

    dev.bar0.A.poke(3)
    with pytest.raises(RegionError, match=r"A\.on_read failed"):
        bus.read(0x00)
    assert dev.bar0.A.peek() == 3
