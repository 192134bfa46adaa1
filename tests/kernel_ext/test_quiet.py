"""Looking changes nothing: the trace of a device with every view open is that with none."""

from collections.abc import Iterator
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.watchers import watchers
from muserlab.kernel_ext.widgets import Overview, device_panel
from muserlab.kernel_ext.widgets.live import Shown


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


def traced(*, watched: bool) -> list[tuple[object, ...]]:
    """Drive a device, watched or not; return what its trace says of it."""
    dev = ml.PCIDevice("quiet", id=(0x1234, 1), bar0=Bar, intx=True, msi=2)

    @dev.bar0.GO.on_write
    def go(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
        dev.bar0.A.poke(dev.bar0.A.peek() + 1)
        dev.msi[0].fire()

    with ml.serve(dev) as lab:
        shown = [*views(device_panel(dev)), Overview(lab)] if watched else []
        for view in shown:
            wants = {"first": 0, "count": 100, "selected": "EVENTS"}
            view._heard(view, {"view": "a", "seen": True, "wants": wants}, [])
        with lab.connect() as drv:
            drv.msi.enable(2)
            for round_ in range(200):
                drv.bar0.GO[round_ % 4].write(round_)
                drv.bar0.write_bytes(0x1000, bytes([round_]))
                assert drv.bar0.A.read() == round_ + 1
            for view in shown:
                view.look()
            assert drv.bar0.EVENTS.read() == 0x77
        assert all(view.said == "" for view in shown)
        assert len(shown) >= 8 or not watched
    return [(e.kind, e.where, e.offset, e.data, e.note) for e in dev.trace]


def test_the_trace_is_the_same_with_every_view_open_and_with_none() -> None:
    with_none, with_all = traced(watched=False), traced(watched=True)
    assert len(with_none) > 600
    assert with_all == with_none
