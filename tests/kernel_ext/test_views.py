"""Tables and hex views of real devices, without a page."""

from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muserlab as ml
from muserlab.kernel_ext.widgets import TraceWidget, device_panel, interrupts_view, region_view
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.memory import WINDOW, Memory
from muserlab.kernel_ext.widgets.table import Table


class Mode(Enum):
    SLOW = 0
    FAST = 3


class Bar(ml.BAR, size=0x2000):
    A = ml.RW(0x00, doc="<the> operand")
    CTRL = ml.RW(0x04, go=ml.bit(0), mode=ml.bits(5, 4, enum=Mode), level=ml.bits(15, 8))
    EVENTS = ml.RC(0x08, size=8)
    CH = ml.RW(0x10, count=3)
    BUF = ml.Memory(0x1000, 0x1000)


class Smaller(ml.BAR, size=0x10):
    A = ml.RW(0x00)


def device(bar: type[ml.BAR] = Bar, name: str = "adder") -> ml.PCIDevice:
    return ml.PCIDevice(name, id=(0x1234, 0x0001), bar0=bar, msi=2)


@pytest.fixture
def dev() -> ml.PCIDevice:
    return device()


def cells(table: Table, key: str) -> list[str]:
    """Return a row's cells as the page has them."""
    (row,) = [row for row in table.rows if row["key"] == key]
    return row["cells"]


def click(widget: Any, **content: object) -> None:
    """Let the page say something."""
    widget._heard(widget, content, [])


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


# -- memory ----------------------------------------------------------------------------------------


def memory(dev: ml.PCIDevice, **places: int) -> Memory:
    return Memory(Following(dev), dev.bar0.index, "bar0", places)


def test_a_hex_view_begins_at_the_first_place_and_goes_to_others(dev: ml.PCIDevice) -> None:
    view = memory(dev, BUF=0x1000, END=0x1FF0)
    dev.bar0.poke(0x1000, b"Hello")
    view.look()
    assert (view.offset, view.data[:5], len(view.data)) == (0x1000, b"Hello", WINDOW)
    for typed, offset in (("0x23", 0x20), ("END", 0x2000 - WINDOW), ("BUF", 0x1000), ("-1", 0)):
        click(view, go=typed)
        assert view.offset == offset, typed
        assert view.data == dev.bar0.peek(offset, WINDOW)
    click(view, go="nowhere")
    assert "ValueError" in view.said


@pytest.mark.parametrize("size", [1, 8, WINDOW, WINDOW + 1, WINDOW + 17])
def test_a_hex_view_reaches_the_last_byte_of_any_size(size: int) -> None:
    class Odd(ml.DeviceRegion, size=size):
        pass

    dev = ml.PCIDevice("odd", id=(0x1234, 2), regions=[Odd])
    region = dev.regions[9]
    assert region is not None
    region.poke(size - 1, b"\xaa")
    view = Memory(Following(dev), 9, region.name, {})
    click(view, go=hex(size))
    assert view.data[-1] == 0xAA
    assert view.offset % 16 == 0


def test_configuration_space_names_its_capabilities(dev: ml.PCIDevice) -> None:
    view: Any = region_view(dev.config, dev)
    assert view.places == ["header", "MSI"]
    click(view, go="MSI")
    assert view.said == ""


# -- where no widget can run -----------------------------------------------------------------------


def test_a_region_with_memory_has_both_still_pictures(dev: ml.PCIDevice) -> None:
    dev.bar0.poke(0x1234, b"xyz")
    bundle = region_view(dev.bar0, dev)._repr_mimebundle_()
    assert "0x0004  CTRL" in bundle["text/plain"]
    assert "001230  00 00 00 00 78 79 7a" in bundle["text/plain"]
    assert "....xyz" in bundle["text/html"]


def test_still_pictures_of_a_panel_are_escaped() -> None:
    panel: Any = device_panel(device(name="<b>"))
    html = panel._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;" in html
    assert "<b>: " not in html
    for title in ("registers", "interrupts", "trace", "hooks"):
        assert f"<h4>{title}</h4>" in html
