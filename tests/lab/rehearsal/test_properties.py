"""Whatever was recorded: the version that is there makes no difference, and trying changes nothing.

Reference for what a version that differs would do is the device itself, given the same accesses.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.lab.rehearsal import rehearse
from muserlab.regs import RC, RO, RW, W1C, bit
from muserlab.trace import Kind, Trace


class Small(BAR, size=0x100):
    A = RW(0x00)
    CTRL = RW(0x04, go=bit(0))
    SUM = RO(0x08)
    STAT = W1C(0x0C, done=bit(0))
    ONCE = RC(0x10, reset=7)
    BUF = Memory(0x40, 0x40)


def add(dev: PCIDevice, new: Any, old: Any) -> None:
    dev.state.calls += 1
    dev.bar0.SUM.poke(dev.bar0.A.peek() + dev.state.calls & 0xFF)
    dev.bar0.STAT.poke(done=new.go)
    dev.msi[new.go].fire()


def other(dev: PCIDevice, new: Any, old: Any) -> None:
    dev.state.calls += 1
    dev.bar0.SUM.poke(dev.bar0.A.peek() + (new.go and dev.state.calls) & 0xFF)
    dev.bar0.STAT.poke(done=1)
    if new.go or dev.state.calls % 3:
        dev.msi[new.go].fire()


def device() -> PCIDevice:
    dev = PCIDevice("small", id=(0x1234, 1), bar0=Small, msi=2)
    dev.state.calls = 0
    dev.bar0.CTRL.on_write(add)
    dev.record_to(Trace(clock=iter(range(10**9, 10**12, 1000)).__next__))
    dev.trace.record(Kind.LOG, "before")
    return dev


OFFSETS = st.sampled_from([0, 4, 8, 0xC, 0x10, 0x20, 0x40, 0x46])
READS = st.tuples(OFFSETS, st.sampled_from([1, 2, 4, 8]))
WRITES = st.tuples(OFFSETS, st.binary(min_size=1, max_size=8))
ACTS = st.lists(READS | WRITES, max_size=25)


def drive(dev: PCIDevice, acts: list[tuple[int, int | bytes]]) -> list[tuple[Any, ...]]:
    """Make accesses; return what each read gave, and what was held and fired after each."""
    seen: list[tuple[Any, ...]] = []
    for offset, what in acts:
        region = dev.region(0)
        reply = region.write(offset, what) if isinstance(what, bytes) else region.read(offset, what)
        fired = [vector.counts.fired for vector in dev.msi]
        seen.append((reply, [int(one.value) for one in dev.bar0.registers], fired))
    return seen


def everything(dev: PCIDevice) -> tuple[Any, ...]:
    held = [region.peek(0, region.size) for region in dev.present]
    versions = dev.bar0.CTRL.on_write.versions
    return held, dev.trace[:], repr(dev.interrupts), dict(vars(dev.state)), versions


@settings(max_examples=50, deadline=None)
@given(ACTS)
def test_the_same_version_makes_no_difference_to_any_trace(acts: list[Any]) -> None:
    dev = device()
    drive(dev, acts)
    before = everything(dev)
    rehearsal = rehearse(dev, dev.bar0.CTRL.on_write, add, dev.trace[1:])
    assert rehearsal.same, rehearsal
    assert rehearsal.replayed == len(acts)
    assert everything(dev) == before


@settings(max_examples=50, deadline=None)
@given(ACTS)
def test_differences_are_where_two_devices_would_come_out_differently(acts: list[Any]) -> None:
    dev = device()
    present, changed = dev.clone(), dev.clone()
    recorded = dev.clone()
    recorded.record_to(Trace(clock=iter(range(10**9, 10**12, 1000)).__next__))
    recorded.trace.record(Kind.LOG, "before")
    drive(recorded, acts)
    changed.bar0.CTRL.on_write(other)
    expected = [
        number
        for number, (one, two) in enumerate(
            zip(drive(present, acts), drive(changed, acts), strict=True)
        )
        if one != two
    ]
    rehearsal = rehearse(dev, dev.bar0.CTRL.on_write, other, recorded.trace[1:])
    assert rehearsal.same == (not expected)
    if expected:
        accesses = [e.seq for e in recorded.trace if e.kind in (Kind.READ, Kind.WRITE)]
        assert rehearsal.differences[0].seq == accesses[expected[0]]
