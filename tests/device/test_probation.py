"""A version that fails on probation leaves nothing behind, whatever it did before it raised."""

import os
from collections import deque
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

import pytest

from muserlab.device import PCIDevice, RegionError


@dataclass
class Job:
    """Something of a person's own that is kept in the state."""

    size: int
    done: bool = False


@pytest.fixture
def kept(dev: PCIDevice) -> dict[str, Any]:
    """Fill the state with containers; return them under their names."""
    dev.state.count = 1
    dev.state.queue = deque([1, 2])
    dev.state.table = {"a": [1], "job": Job(4)}
    dev.state.seen = {1}
    dev.state.buffer = bytearray(b"abc")
    return dict(vars(dev.state))


def test_what_it_did_to_the_state_is_undone_in_the_same_objects(
    dev: PCIDevice, bus: Any, kept: dict[str, Any]
) -> None:
    def good(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.count += 1
        dev.state.queue.append(int(new))

    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.count += 100
        dev.state.queue.appendleft(9)
        dev.state.table["a"].append(2)
        dev.state.table["job"].done = True
        dev.state.table["new"] = 1
        dev.state.seen |= {2}
        dev.state.buffer += b"def"
        dev.state.fresh = "new"
        del dev.state.seen
        raise KeyError("oops")

    job, inner = kept["table"]["job"], kept["table"]["a"]
    dev.bar0.A.on_write(good)
    dev.bar0.A.on_write(broken)
    bus.write(0x00, 7)
    assert vars(dev.state) == {
        "count": 2,
        "queue": deque([1, 2, 7]),
        "table": {"a": [1], "job": Job(4)},
        "seen": {1},
        "buffer": bytearray(b"abc"),
    }
    for name in ("queue", "table", "seen", "buffer"):
        assert getattr(dev.state, name) is kept[name]
    assert dev.state.table["job"] is job
    assert dev.state.table["a"] is inner


def test_a_trusted_version_is_not_watched(dev: PCIDevice, bus: Any) -> None:
    dev.probation = 0
    dev.state.queue = []
    kinds: list[type] = []

    @dev.bar0.A.on_write
    def trusted(dev: PCIDevice, new: Any, old: Any) -> None:
        kinds.append(type(dev.state))
        dev.state.queue.append(int(new))
        raise KeyError("oops")

    with pytest.raises(RegionError):
        bus.write(0x00, 7)
    assert (kinds, dev.state.queue) == ([type(dev.state)], [7])


def test_what_another_hook_looked_at_meanwhile_is_not_put_back(
    dev: PCIDevice, bus: Any, pause: Any
) -> None:
    dev.state.queue, dev.state.own = ["first"], ["first"]

    async def slow(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.queue.append("slow")
        dev.state.own.append("slow")
        await pause()
        raise KeyError("oops")

    dev.bar0.A.on_write(slow)
    dev.bar0.CTRL.on_write(lambda dev, new, old: dev.state.queue.append("other"))
    steps = dev.bar0.write(0x00, bytes(4)).__await__()
    task = copy_context()  # as a server gives each access with an async hook one
    task.run(next, steps)
    bus.write(0x08, 1)
    with pytest.raises(RegionError):
        task.run(list, steps)
    assert dev.state.queue == ["first", "slow", "other"]
    assert dev.state.own == ["first"]


def test_work_that_it_started_does_not_begin(dev: PCIDevice, bus: Any, host: Any) -> None:
    ran: list[str] = []

    def good(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.after(1, lambda dev: ran.append("good"))

    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.after(1, lambda dev: ran.append("broken"))
        raise KeyError("oops")

    dev.bar0.A.on_write(good)
    dev.bar0.A.on_write(broken)
    bus.write(0x00, 7)
    host.tick()
    assert ran == ["good"]


@pytest.fixture
def eventfd(dev: PCIDevice) -> int:
    """Give the device's only MSI vector an eventfd; return another descriptor of it."""
    fd = os.eventfd(0, os.EFD_NONBLOCK)
    kept = os.dup(fd)
    dev.set_irqs(1, "trigger", 0, 1, [fd])
    return kept


def signals(fd: int) -> int:
    try:
        return os.eventfd_read(fd)
    except BlockingIOError:
        return 0


def test_interrupts_wait_until_it_has_returned(dev: PCIDevice, bus: Any, eventfd: int) -> None:
    during: list[int] = []

    @dev.bar0.A.on_write
    def fires(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.msi[0].fire()
        during.append(signals(eventfd))

    bus.write(0x00, 7)
    assert (during, signals(eventfd), dev.msi[0].counts.delivered) == ([0], 1, 1)
    dev.bar0.A.on_write.current.trial.left = 0
    bus.write(0x00, 7)
    assert during == [0, 1]
    os.close(eventfd)


def test_interrupts_of_a_version_that_fails_were_never_fired(
    dev: PCIDevice, bus: Any, eventfd: int
) -> None:
    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.msi[0].fire()
        dev.intx.raise_()
        assert dev.intx.asserted
        raise KeyError("oops")

    dev.bar0.A.on_write(lambda dev, new, old: None)
    dev.bar0.A.on_write(broken)
    bus.write(0x00, 7)
    assert (signals(eventfd), dev.msi[0].counts.fired, dev.intx.asserted) == (0, 0, False)
    os.close(eventfd)


def test_a_line_that_it_lowers_and_raises_is_as_it_left_it(dev: PCIDevice, bus: Any) -> None:
    seen: list[bool] = []

    @dev.bar0.A.on_write
    def turn(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.intx.raise_()
        seen.append(dev.intx.asserted)
        dev.intx.lower()
        seen.append(dev.intx.asserted)
        dev.intx.raise_()

    bus.write(0x00, 7)
    assert (seen, dev.intx.asserted, dev.intx.counts.fired) == ([True, False], True, 2)
