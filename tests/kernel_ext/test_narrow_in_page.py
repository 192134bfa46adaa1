"""Views in a column of a dashboard, which is narrower than a notebook."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, ViewportSize

import muserlab as ml
from muserlab.kernel_ext.widgets import Overview
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.interrupts import InterruptsView
from muserlab.kernel_ext.widgets.memory import Memory, same_as
from muserlab.kernel_ext.widgets.registers import RegistersView
from muserlab.kernel_ext.widgets.summary import Summary
from muserlab.kernel_ext.widgets.trace import TraceWidget

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser

COLUMN: ViewportSize = {"width": 500, "height": 900}


class EngineBar(ml.BAR, size=0x1000):
    CTRL = ml.RW(0x00, go=ml.bit(0), mode=ml.bits(3, 2))
    A_NAME_THAT_IS_LONG = ml.RW(0x04)
    ANOTHER_ONE_LIKE_IT = ml.RW(0x08)
    WIDE = ml.RW(0x10, size=8)


@pytest.fixture
def dev() -> ml.PCIDevice:
    return ml.PCIDevice("engine", id=(0x1234, 2), bar0=EngineBar, intx=True, msix=2)


@pytest.fixture
def column(page: Page) -> Iterator[Page]:
    """A page as narrow as a column."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(COLUMN)
    blank(page)
    yield page
    page.set_viewport_size(before)


def right(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def test_every_vector_can_be_triggered_and_intx_switched(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, InterruptsView(Following(dev)))
    for name in ("trigger intx", "trigger msix[1]", "level of intx"):
        assert right(view.el.get_by_label(name)) <= right(view.el.locator(".muser-frame"))


def test_sixteen_bytes_and_their_text_are_in_sight(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, Memory(Following(dev), same_as(dev.bar0.memory)))
    text = view.el.locator(".muser-hexrow:not([hidden]) .muser-chars").first
    assert right(text) <= right(view.el.locator(".muser-hexframe"))


def test_what_does_not_fit_beside_bytes_is_scrolled_to(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, Memory(Following(dev), same_as(dev.bar0.memory)))
    frame = view.el.locator(".muser-hexframe")
    name = view.el.locator(".muser-place", has_text="ANOTHER_ONE_LIKE_IT")
    assert right(name) > right(frame)
    frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
    assert right(name) <= right(frame)


def test_fields_are_in_sight_beside_their_register(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, RegistersView(Following(dev)))
    chip = view.el.locator(".muser-chip", has_text="mode=0")
    assert right(chip) <= right(view.el.locator(".muser-frame"))


def test_who_changed_a_value_stands_beside_it(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, RegistersView(Following(dev)))
    cell = view.el.locator(".muser-row[data-key='WIDE'] .value")
    text = cell.evaluate("""cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect().right;
    }""")
    assert right(cell) - text >= 19  # the letter, and what is right of it


def test_every_bit_of_a_register_is_in_sight(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, RegistersView(Following(dev)))
    view.el.locator(".muser-row[data-key='CTRL']").click()
    view.look()
    picture = view.el.get_by_role("img")
    assert right(picture.locator(".muser-bit", has_text="go")) <= right(picture)
    assert picture.locator(".muser-bitline").count() == 2
    column.set_viewport_size({"width": 1000, "height": 900})
    view.settle()
    assert picture.locator(".muser-bitline").count() == 1


def test_the_summary_keeps_to_its_column(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, Summary(Following(dev)))
    name, rate = view.el.locator(".muser-name"), view.el.locator(".muser-rate")
    assert right(rate) <= COLUMN["width"]
    lines = [one.bounding_box() or {} for one in (name, rate)]
    assert lines[0]["y"] < lines[1]["y"] + lines[1]["height"]
    assert lines[1]["y"] < lines[0]["y"] + lines[0]["height"]


def test_a_trace_has_its_controls_on_one_line(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, TraceWidget(dev.trace.view(), "engine"))
    for width in (COLUMN["width"], 650):
        column.set_viewport_size({"width": width, "height": 900})
        view.settle()
        controls = view.el.locator(".muser-bar > :is(input, button, .muser-filter)").all()
        assert len({(one.bounding_box() or {})["y"] for one in controls}) == 1
    bar = view.el.locator(".muser-timebar").bounding_box() or {}
    assert bar["height"] < 30  # the hint is beside the key


def test_all_that_an_overview_says_of_a_device_in_use_is_in_sight(
    column: Page, dev: ml.PCIDevice
) -> None:
    with ml.serve(dev) as lab, lab.connect():
        view = Mounted(column, Overview(lab))
        assert right(view.el.locator("thead th").last) <= right(view.el.locator(".muser-frame"))


def test_what_is_wide_again_is_laid_out_as_before(column: Page, dev: ml.PCIDevice) -> None:
    view = Mounted(column, Summary(Following(dev)))
    narrow = column.locator(".muser-narrow")
    assert narrow.count() == 1
    column.set_viewport_size({"width": 1000, "height": 900})
    view.settle()
    assert narrow.count() == 0
