"""Looking changes nothing: the trace of a device with every view open is that with none."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.watchers import watchers
from muserlab.kernel_ext.widgets import (
    Overview,
    config_view,
    device_panel,
    dma_view,
    interrupts_view,
    memory_view,
    region_view,
)
from muserlab.kernel_ext.widgets.live import Shown
from muserlab.lab import Lab

BLOCKS = [f"{at:x}" for at in range(0, 0x2000, 0x100)]
IOVA = 0x10_0000


class Bar(ml.BAR, size=0x2000):
    A = ml.RW(0x00)
    EVENTS = ml.RC(0x08, reset=0x77)
    GO = ml.RW(0x10, count=4)
    BUF = ml.Memory(0x1000, 0x1000)


@pytest.fixture(autouse=True)
def looking() -> Iterator[None]:
    """Have what is in view look, as while the extension is loaded."""
    watchers.open()
    yield
    watchers.close()


def views(widget: Any) -> Iterator[Shown]:
    """Return every view in a panel."""
    if isinstance(widget, Shown):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from views(child)


def every_view(dev: ml.PCIDevice, lab: Lab) -> list[Shown]:
    """Return all that there is to look at, most of it more than once."""
    shown: list[Any] = [device_panel(dev), device_panel(dev), Overview(lab)]
    shown += [region_view(dev.bar0, dev), region_view(dev.bar2, dev)]
    shown += [memory_view(memory, dev) for memory in (dev.bar0.memory, dev.bar2.memory)]
    shown += [memory_view(dev.config.memory, dev), config_view(dev)]
    shown += [dma_view(dev), interrupts_view(dev, "msi")]
    return [view for widget in shown for view in views(widget)]


def wants(space: str) -> Mapping[str, Any]:
    """Return what a page wants of any view: all that each of them can show."""
    window = {"first": 0, "count": 100, "selected": "EVENTS", "bank": "bar0"}
    memory = {"space": space, "blocks": [*BLOCKS, f"{IOVA:x}"], "follow": True}
    return {**window, **memory, "axis": [None, None, None, 100], "figures": True, "active": 0}


def traced(*, watched: bool) -> list[tuple[object, ...]]:
    """Drive a device, watched or not; return what its trace says of it."""
    dev = ml.PCIDevice("quiet", id=(0x1234, 1), bar0=Bar, bar2=0x2000, intx=True, msi=2)

    @dev.bar0.GO.on_write
    def go(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
        dev.bar0.A.poke(dev.bar0.A.peek() + 1)
        dev.bar0.EVENTS.poke(0x77)
        dev.dma.write(IOVA, dev.dma.read(IOVA + 8, 4))
        dev.msi[0].fire()

    with ml.serve(dev) as lab:
        shown = every_view(dev, lab) if watched else []
        for view in shown:
            for space in ("bar0", "bar2", "config", "dma"):
                seen = {"view": space, "seen": True, "wants": wants(space)}
                view._heard(view, seen, [])
        over = threading.Event()
        eyes = threading.Thread(target=look_until, args=(over, shown))
        eyes.start()
        try:
            drive(lab, shown)
        finally:
            over.set()
            eyes.join()
        assert all(view.said == "" for view in shown)
        assert len(shown) >= 25 or not watched
    return [(e.kind, e.where, e.offset, e.data, e.note) for e in dev.trace]


def look_until(over: threading.Event, shown: list[Shown]) -> None:
    """Look again and again, as the thread of the views does, and without its pauses."""
    while shown and not over.is_set():
        for view in shown:
            view.look()


def drive(lab: Lab, shown: list[Shown]) -> None:
    """Do what a driver does, and have everything looked at in between."""
    with lab.connect() as drv:
        drv.msi.enable(2)
        drv.config.write(0x04, 0x6, 2)
        drv.dma.share(0x1000, iova=IOVA)
        for round_ in range(200):
            drv.bar0.GO[round_ % 4].write(round_)
            drv.bar0.write_bytes(0x1000, bytes([round_]))
            drv.bar2.write(8 * round_, round_)
            assert drv.config.read(0x00) == 0x0001_1234
            if round_ % 50 == 0:
                for view in shown:
                    view.look()
            assert drv.bar0.A.read() == round_ + 1
            assert drv.bar0.EVENTS.read() == 0x77


def test_the_trace_is_the_same_with_every_view_open_and_with_none() -> None:
    with_none, with_all = traced(watched=False), traced(watched=True)
    assert {kind for kind, *_ in with_none} >= {ml.Kind.READ, ml.Kind.WRITE, ml.Kind.DMA_READ}
    assert len(with_none) > 1600
    assert with_all == with_none
