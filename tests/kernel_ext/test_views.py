"""What all views of a device have in common, without a page."""

from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muserlab as ml
from muserlab.kernel_ext.widgets import TraceWidget, device_panel, interrupts_view, region_view


class Mode(Enum):
    SLOW = 0
    FAST = 3


class Bar(ml.BAR, size=0x2000):
    A = ml.RW(0x00, doc="<the> operand")
    CTRL = ml.RW(0x04, go=ml.bit(0), mode=ml.bits(5, 4, enum=Mode), level=ml.bits(15, 8))
    EVENTS = ml.RC(0x08, size=8)
    CH = ml.RW(0x10, count=3)
    BUF = ml.Memory(0x1000, 0x1000)


def device(name: str = "adder") -> ml.PCIDevice:
    return ml.PCIDevice(name, id=(0x1234, 0x0001), bar0=Bar, msi=2)


@pytest.fixture
def dev() -> ml.PCIDevice:
    return device()


@given(st.integers(0, 2**64 - 1), st.integers(0x1000, 0x1FFF))
def test_looking_never_changes_what_it_looks_at(events: int, offset: int) -> None:
    dev = device()
    dev.bar0.EVENTS.poke(events)
    dev.bar0.poke(offset, b"\x5a")
    before, trace = dev.bar0.peek(0, dev.bar0.size), dev.trace.accesses
    panel: Any = device_panel(dev)
    trace_view = TraceWidget(dev.trace.view())
    for view in (panel, region_view(dev.bar0, dev), interrupts_view(dev, "msi"), trace_view):
        view._repr_mimebundle_()
        for part in getattr(view, "children", [view]):
            if hasattr(part, "look"):
                part.look()
                assert part.said == ""
    assert dev.bar0.peek(0, dev.bar0.size) == before
    assert dev.trace.accesses == trace


# -- where no widget can run -----------------------------------------------------------------------


def test_a_region_with_memory_has_both_still_pictures(dev: ml.PCIDevice) -> None:
    dev.bar0.poke(0x1234, b"xyz")
    bundle = region_view(dev.bar0, dev)._repr_mimebundle_()
    assert "0x0004  CTRL" in bundle["text/plain"]
    assert "00001230  00 00 00 00 78 79 7a" in bundle["text/plain"]
    assert "....xyz" in bundle["text/html"]


def test_still_pictures_of_a_panel_are_escaped() -> None:
    panel: Any = device_panel(device(name="<b>"))
    html = panel._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;" in html
    assert "<b>: " not in html
    for title in ("registers", "memory", "interrupts", "config", "DMA", "trace", "hooks"):
        assert f"<h4>{title}</h4>" in html
