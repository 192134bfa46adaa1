"""Who answers an access that no version of a hook can: the policy of its region."""

from collections.abc import Awaitable
from typing import Any

import pytest

from muserlab.device import (
    BAR,
    RESUME,
    RETRY,
    DefinitionError,
    PCIDevice,
    Pending,
    RegionError,
    Verdict,
)
from muserlab.regs import RW, bit


class Judge:
    """Says at once what becomes of every access that is held, in turn."""

    def __init__(self, host: Any) -> None:
        self.verdicts: list[Any] = []
        self.pending: list[Pending] = []
        host.hold = self.hold

    async def hold(self, pending: Pending) -> Verdict:
        self.pending.append(pending)
        verdict = self.verdicts.pop(0)
        return verdict() if callable(verdict) else verdict


@pytest.fixture
def judge(host: Any) -> Judge:
    return Judge(host)


def fails(dev: PCIDevice, *args: Any) -> None:
    raise KeyError("oops")


@pytest.mark.parametrize("policy", ["errno", "ones"])
def test_reads_and_writes_of_registers_and_ranges(dev: PCIDevice, bus: Any, policy: str) -> None:
    dev.bar0.policy = policy
    for hook in (dev.bar0.A.on_read, dev.bar0.A.on_write, dev.bar0[0x800:0x900].on_read):
        hook(fails)
    dev.bar0[0x800:0x900].on_write(fails)
    dev.bar0.A.poke(5)
    if policy == "ones":
        assert [bus.read(0x00), bus.read(0x02, 2), bus.read(0x800)] == [
            2**32 - 1,
            0xFFFF,
            2**32 - 1,
        ]
        bus.write(0x00, 7)
        bus.write(0x800, 7)
        assert dev.bar0.A.peek() == 5
        assert "the client got all ones" in str(dev.bar0.A.on_read.current.failed_with[0])
    else:
        for offset in (0x00, 0x800):
            with pytest.raises(RegionError, match="failed") as caught:
                bus.read(offset)
            assert caught.value.errno == 5
            with pytest.raises(RegionError, match="failed"):
                bus.write(offset, 7)


def test_the_policy_is_said_with_the_class_or_later(host: Any) -> None:
    class Bar(BAR, size=4096, policy="ones"):
        CTRL = RW(0, go=bit(0))

    class More(Bar, size=8192):
        pass

    dev = PCIDevice("d", id=(0x1234, 1), bar0=More)
    assert dev.bar0.policy == "ones"
    again = PCIDevice("d", id=(0x1234, 1), bar0=More)
    again.adopt(dev)
    assert again.bar0.policy == "ones"
    again.bar0.policy = "pause"
    third = PCIDevice("d", id=(0x1234, 1), bar0=More)
    third.adopt(again)
    assert third.bar0.policy == "pause"
    with pytest.raises(
        DefinitionError, match=r"bar0: policy='no' is none of 'errno', 'ones', 'pause'"
    ):
        dev.bar0.policy = "no"


def test_a_device_that_nobody_runs_cannot_wait(adder_bar: Any, bus_of: Any, capsys: Any) -> None:
    dev = PCIDevice("adder", id=(0x1234, 1), bar0=adder_bar)
    dev.bar0.policy = "pause"
    dev.bar0.A.on_write(fails)
    with pytest.raises(RegionError, match="cannot wait, nothing runs this device yet"):
        bus_of(dev).write(0x00, 1)


def test_a_paused_write_is_retried_with_the_hook_as_it_is_by_then(
    dev: PCIDevice, bus: Any, judge: Judge
) -> None:
    dev.bar0.policy = "pause"
    dev.probation = 0
    dev.state.calls = []

    @dev.bar0.A.on_write
    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.calls.append("broken")
        dev.bar0.SUM.poke(99)
        raise KeyError("oops")

    def mended(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.calls.append((int(new), int(old), int(dev.bar0.SUM.peek())))

    def patch() -> Verdict:
        dev.bar0.A.on_write(mended)
        return RETRY

    dev.bar0.A.poke(3)
    judge.verdicts = [RETRY, patch]
    bus.write(0x00, 7)
    assert dev.state.calls == [(7, 3, 0)]
    first, second = judge.pending
    assert (first.new, first.old, second.failure) == (7, 3, first.failure)
    assert first.failure is not None
    assert first.failure.count == 2
    assert str(first.access) == "write of 0x00000007 to bar0.A at 0x0"
    assert "KeyError: 'oops'" in first.reason


def test_a_paused_access_can_be_answered_by_hand(dev: PCIDevice, bus: Any, judge: Judge) -> None:
    dev.bar0.policy = "pause"
    dev.bar0.A.on_read(fails)
    dev.bar0.A.on_write(fails)
    dev.bar0[0x1000:0x1100].on_write(fails)
    dev.bar0[0x800:0x900].on_read(fails)
    dev.bar0.A.poke(3)
    judge.verdicts = [Verdict("resume", 0x41), RESUME, Verdict("resume", b"abcd"), RESUME]
    assert [bus.read(0x00), bus.read(0x00)] == [0x41, 3]
    assert [bus.read_bytes(0x800, 4), bus.read(0x800)] == [b"abcd", 0]
    judge.verdicts = [Verdict("fail", errno=19), RESUME, Verdict("resume", 0x77)]
    with pytest.raises(RegionError, match="failed: by hand") as caught:
        bus.write(0x00, 8)
    assert caught.value.errno == 19
    bus.write(0x00, 9)
    assert dev.bar0.A.peek() == 9
    bus.write(0x00, 10)
    assert dev.bar0.A.peek() == 0x77
    judge.verdicts = [RESUME, Verdict("resume", 0x55)]
    bus.write(0x1000, 1)
    assert dev.bar0[0x1000:0x1001].peek() == b"\0"
    bus.write(0x1000, 1)
    assert dev.bar0[0x1000:0x1001].peek() == b"\x55"


# -- breakpoints ---------------------------------------------------------------------------------


def test_a_write_waits_before_it_takes_effect(dev: PCIDevice, judge: Judge) -> None:
    seen: list[int] = []
    dev.bar0.CTRL.on_write(lambda dev, new, old: seen.append(int(new)))
    stop = dev.break_on(dev.bar0.CTRL, when=lambda new, old: new.go and not old.go)

    def look() -> Verdict:
        seen.append(-int(dev.bar0.CTRL.peek()))
        return RESUME

    judge.verdicts = [look]
    pending = dev.bar0.write(0x08, b"\1\0\0\0")
    assert isinstance(pending, Awaitable)
    for _ in pending.__await__():
        pass
    assert dev.bar0.write(0x08, b"\1\0\0\0") is None
    assert seen == [0, 1, 1]
    assert stop.hits == 1
    assert judge.pending[0].new.go == 1
    assert judge.pending[0].reason == "breakpoint at bar0.CTRL"
    stop.remove()
    dev.bar0.CTRL.poke(0)
    assert dev.bar0.write(0x08, b"\1\0\0\0") is None


def test_what_is_written_or_read_can_be_changed_on_the_way(
    dev: PCIDevice, bus: Any, judge: Judge
) -> None:
    both = dev.break_on(dev.bar0.CTRL.stop, read=True)
    judge.verdicts = [Verdict("resume", 0x10), Verdict("resume", 5), RETRY]
    bus.write(0x08, 0x01)
    assert dev.bar0.CTRL.peek() == 0x10
    assert [bus.read(0x08), bus.read(0x08)] == [5, 0x10]
    assert both.hits == 3
    bus.write(0x09, 1, count=1)  # other bits of the register
    assert both.hits == 3


@pytest.mark.parametrize(
    ("place", "offset"),
    [
        (lambda dev: dev.bar0, 0x1F0),
        (lambda dev: dev.bar0[0x1F0:0x200], 0x1F4),
        (lambda dev: dev.bar0.CH, 0x24),
        (lambda dev: dev.bar0.CH[2].on, 0x28),
        (lambda dev: dev.bar0.BUF, 0x1010),
    ],
)
def test_any_place_can_have_one(
    dev: PCIDevice, bus: Any, judge: Judge, place: Any, offset: int
) -> None:
    stop = dev.break_on(place(dev))
    judge.verdicts = [Verdict("fail")]
    with pytest.raises(RegionError):
        bus.write(offset, 1)
    bus.read(offset)
    assert stop.hits == 1


def test_a_condition_that_raises_lets_the_access_wait(
    dev: PCIDevice, bus: Any, judge: Judge
) -> None:
    dev.break_on(dev.bar0.A, when=lambda new, old: new.nonsense)
    judge.verdicts = [RESUME]
    bus.write(0x00, 1)
    assert "whose condition raised" in judge.pending[0].reason


def test_a_place_that_is_not_the_devices_is_refused(dev: PCIDevice, adder_bar: Any) -> None:
    other = PCIDevice("other", id=(0x1234, 1), bar0=adder_bar)
    for place in (other.bar0.A, adder_bar.A, dev.msi, "CTRL"):
        with pytest.raises(RegionError, match="is no place of this device"):
            dev.break_on(place)


def test_breakpoints_outlive_a_new_definition(dev: PCIDevice, bus_of: Any, host: Any) -> None:
    class Moved(BAR, size=0x2000):
        CTRL = RW(0x40, go=bit(0))

    kept, gone = dev.break_on(dev.bar0.CTRL.go), dev.break_on(dev.bar0.A)
    new = PCIDevice("adder", id=(0x1234, 1), bar0=Moved)
    new.host = host
    judge = Judge(host)
    new.adopt(dev)
    judge.verdicts = [RESUME]
    bus_of(new).write(0x40, 1)
    bus_of(new).write(0x00, 1)
    assert (kept.hits, gone.hits) == (1, 0)
    kept.remove()
    bus_of(new).write(0x40, 0)
