"""A patch that is refused has changed nothing: neither what is used, nor what was refused.

Definitions, what was done to a device before, and what a `migrate` hook does before it raises are
drawn at random; devices are put into new definitions together, the last one refuses. Then the
picture of every device, former and new, is what it was, the former ones answer as copies that were
made before do, and the very same new definitions can take over once the hook is mended.
"""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from muserlab.device import BAR, Journal, Memory, MigrationFailed, PCIDevice, noted
from muserlab.live import Hook
from muserlab.regs import RC, RW, W1C, bit, bits

NAMES = ("A", "B", "C", "D", "E")
KINDS = (RW, W1C, RC)
SIZE = 0x2000


@dataclass
class Register:
    """A register of a random definition."""

    name: str
    kind: int
    size: int
    moved_fields: bool


@dataclass
class Layout:
    """A random definition: its registers in order, its memory, whether it is mapped as a whole."""

    registers: list[Register]
    gap: int
    private_memory: bool
    whole: bool


registers = st.builds(
    Register,
    st.sampled_from(NAMES),
    st.integers(0, len(KINDS) - 1),
    st.sampled_from((1, 2, 4, 8)),
    st.booleans(),
)
layouts = st.builds(
    Layout,
    st.lists(registers, max_size=4, unique_by=lambda one: one.name),
    st.integers(0, 3),
    st.booleans(),
    st.just(False),
)


def bar_of(layout: Layout, *, lost: bool) -> type[BAR]:
    """Make a class of a random definition, with a register LOST or without."""
    body: dict[str, Any] = {}
    offset = 8 * layout.gap
    for one in layout.registers:
        low = 1 if one.moved_fields else 0
        fields = {"on": bit(low), "few": bits(low + 3, low + 1)}
        body[one.name] = KINDS[one.kind](offset, size=one.size, reset=4, **fields)
        offset += 8
    if lost:
        body["LOST"] = RW(offset)
    if layout.private_memory:
        body["PRIVATE"] = Memory(0x800 + 16 * layout.gap, 0x100)
    if not layout.whole:
        body["SHARED"] = Memory(0x1000, 0x1000, mappable=True)
    return type(BAR)("Bar", (BAR,), body, size=SIZE, mappable=layout.whole)


def device(bar: type[BAR]) -> Any:
    return PCIDevice("engine", id=(0x1234, 2), bar0=bar, bar2=64, msi=2, msix=2, intx=True)


@dataclass
class Deeds:
    """What is done to a device, by its guest, its hooks or people."""

    pokes: list[int]
    memory: list[tuple[int, bytes]]
    hooks: list[str]
    counts: int
    fires: int
    level: bool


deeds = st.builds(
    Deeds,
    st.lists(st.integers(0, 0xFF), max_size=4),
    st.lists(st.tuples(st.integers(0, SIZE - 8), st.binary(min_size=1, max_size=8)), max_size=3),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.booleans(),
)


def do(dev: Any, what: Deeds) -> None:
    """Do it."""
    parts = list(dev.bar0.registers)
    for part, value in zip(parts, what.pokes, strict=False):
        part.change(value, {})
    for offset, data in what.memory:
        for part, first, last in dev.bar0.parts_in(offset, min(offset + len(data), SIZE)):
            if part.label != "undeclared":
                part.poke(first, data[first - offset : last - offset])
    for name in what.hooks:
        if (register := getattr(dev.bar0, name, None)) is not None:
            put(register.on_write, what.counts)
    for _ in range(what.counts):
        dev.state.log = [*getattr(dev.state, "log", []), len(what.pokes)]
        dev.state.log.append("inside")
    for _ in range(what.fires):
        dev.msi[0].fire()
        dev.msix[1].fire()
    (dev.intx.raise_ if what.level else dev.intx.lower)()


def put(hook: Hook, count: int) -> None:
    hook(lambda dev, new, old: dev.bar2.poke(0, bytes([count + 1])))


# -- what can be seen of a device ------------------------------------------------------------------


def lines(dev: Any) -> Iterator[Any]:
    """Yield what every hook of a device and of its classes has."""
    for hook in dev.own_hooks:
        yield hook.name, hook.versions, hook.line.own
    for region in dev.present:
        for key, hook in region.hooks.hooks.items():
            if hook.versions:
                yield region.name, key, hook.versions, hook.line.own
        for level in region.class_hooks.lineage:
            for key, hook in level.hooks.items():
                if hook.versions:
                    yield level.name, key, hook.versions, hook.line.own


def picture(dev: Any) -> dict[str, Any]:
    """Return everything that a refused patch has to leave as it was."""
    return {
        "registers": [(one.label, one.stored) for one in dev.bar0.registers],
        "memory": [dev.bar0.peek(0, SIZE), dev.bar2.peek(0, 64)],
        "memfd": dev.bar0.fd,
        "state": {name: repr(value) for name, value in vars(dev.state).items()},
        "state itself": id(dev.state),
        "hooks": list(lines(dev)),
        "history": list(dev.history),
        "trace itself": id(dev.trace),
        "accesses": dev.trace.accesses,
        "config": dev.config.peek(0, 256),
        "vectors": [
            (v.name, v._events, repr(v), v._seen_masked)
            for irq in dev.interrupts
            for v in irq.vectors
        ],
        "table": (bytes(dev.msix_table._table), bytes(dev.msix_table._pba)),
        "dma": (dev.dma.regions, dev.dma.messenger),
        "client": dev.client,
        "host": dev.host,
        "polled": [[dict(w._pages) for w in r.poller.watches] for r in dev.present],
        "breakpoints": [(b.place, b.drop) for b in dev.bar0.guard.breakpoints],
        "undeclared": (dict(dev.bar0.undeclared.reads), dict(dev.bar0.undeclared.writes)),
    }


@dataclass
class Client:
    """A client of a device: what it mapped, and its eventfd."""

    mapped: mmap.mmap
    event: int

    @property
    def told(self) -> int:
        """How often it was interrupted since it asked last."""
        try:
            return os.eventfd_read(self.event)
        except BlockingIOError:
            return 0


def attach(dev: Any, host: Any, bus: Any) -> Client:
    """Let a client use a device: mapped memory, an interrupt, DMA, a breakpoint, polling."""
    dev.host = host
    event = os.eventfd(0, os.EFD_NONBLOCK)
    dev.connect("QEMU")
    bus.write(0x04, 0x0406, 2, region=7)
    msi = dev.config.capabilities[0].offset
    bus.write(msi + 2, 1, 2, region=7)
    dev.set_irqs(1, "trigger", 0, 1, [os.dup(event)])
    dev.dma.map(0x8000, 4096, 0, readable=True, writable=True)
    dev.bar0[0x1000:0x1010].on_change(lambda dev, offset, data: None)
    dev.bar0.poller.scan()
    if dev.bar0.registers:
        dev.break_on(dev.bar0[dev.bar0.registers[0].start : dev.bar0.registers[0].end])
    bus.read(0x3F0)
    return Client(mmap.mmap(dev.bar0.fd, SIZE), event)


@settings(phases=[p for p in Phase if p is not Phase.explain])
@given(st.data())
def test_a_refused_patch_has_changed_nothing(data: st.DataObject) -> None:
    from .conftest import Bus, ManualHost

    def draw(strategy: st.SearchStrategy[Any]) -> Any:
        return data.draw(strategy)

    pairs: list[tuple[Any, Any]] = []
    clients: list[Client] = []
    for at in range(draw(st.integers(1, 3))):
        first = draw(layouts)
        second = draw(layouts)
        first.whole = second.whole = draw(st.booleans())
        former = device(bar_of(first, lost=True))
        new = device(bar_of(second, lost=False))
        former.state.common = ["kept"]
        new.state.common, new.state.extra = "not taken", [at]
        do(former, draw(deeds))
        do(new, draw(deeds))
        clients.append(attach(former, ManualHost(), Bus(former)))
        do(former, draw(deeds))
        pairs.append((former, new))
    for client in clients:
        _ = client.told

    last = draw(deeds)

    def migrate(dev: Any, dropped: dict[str, Any], *, fail: bool) -> None:
        do(dev, last)
        dev.state.common.append("changed from within")
        dev.state.extra = "changed"
        dev.after(1, print)
        if fail:
            raise ValueError(dropped["LOST"])

    for _, new in pairs:
        refuses = new is pairs[-1][1]
        new.bar0.migrate(lambda dev, dropped, fail=refuses: migrate(dev, dropped, fail=fail))
    before = [(picture(former), picture(new)) for former, new in pairs]
    mapped = [client.mapped[:] for client in clients]
    copies = [former.clone() for former, _ in pairs]

    batch = Journal()
    for former, new in pairs[:-1]:
        take_over(new, former)
    with pytest.raises(MigrationFailed, match="ValueError"):
        take_over(pairs[-1][1], pairs[-1][0])
    batch.rollback()

    for (former, new), (of_former, of_new) in zip(pairs, before, strict=True):
        for what, was in of_former.items():
            assert picture(former)[what] == was, what
        for what, was in of_new.items():
            assert picture(new)[what] == was, what
    assert [client.mapped[:] for client in clients] == mapped
    for (former, _), client, copy in zip(pairs, clients, copies, strict=True):
        assert client.told == 0
        assert all(job.cancelled for job in former.host.jobs if job.seconds == 1)
        same_answers(former, copy, Bus)

    for former, new in pairs:
        new.bar0.migrate(lambda dev, dropped: migrate(dev, dropped, fail=False))
        new.host = former.host
        new.adopt(former)
        assert new.client == "QEMU"
        assert new.state.common[-1] == "changed from within"
        new.disconnect()
    for client in clients:
        client.mapped.close()
        os.close(client.event)


def take_over(new: Any, former: Any) -> None:
    """Put a definition in the place of another as whoever serves it does."""
    noted(partial(setattr, new, "host", new.host))
    new.host = former.host
    new.adopt(former)


def same_answers(former: Any, copy: Any, bus: Any) -> None:
    """Check that a device answers accesses as a copy does that was made before."""
    former.bar0.set_breakpoints(())
    copy.bar0.set_breakpoints(())
    for part in former.bar0.registers:
        for one in (former, copy):
            bus(one).write(part.start, 0x5A, 1)
        assert bus(former).read(part.start, 1) == bus(copy).read(part.start, 1)
    assert former.bar0.peek(0, SIZE) == copy.bar0.peek(0, SIZE)
    assert former.bar2.peek(0, 64) == copy.bar2.peek(0, 64)
