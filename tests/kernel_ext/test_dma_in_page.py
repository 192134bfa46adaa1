"""The map of DMA and the tree of configuration space on a page of their own, by the keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

import muserlab as ml
from muserlab.kernel_ext.widgets.config import ConfigView
from muserlab.kernel_ext.widgets.dmamap import DmaMap
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.memory import Memory, guest_memory

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser

MIB = 1 << 20


@pytest.fixture
def dev(memfd: Callable[[int], int]) -> Iterator[ml.PCIDevice]:
    """A device whose client has mapped memory of every size."""
    made = ml.PCIDevice("engine", id=(0x1234, 2), bar0=0x1000, express=True, msi=4)
    made.connect("script")
    for start, size in ((0, 4096), (MIB, 64 * MIB), (1 << 32, 192 * MIB)):
        made.dma.map(start, size, 0, readable=True, writable=True, fd=memfd(size))
    made.dma.map(1 << 40, MIB, 0, readable=True, writable=True)
    yield made
    made.disconnect()


@pytest.fixture
def view(page: Page, dev: ml.PCIDevice) -> Mounted:
    blank(page)
    return Mounted(page, DmaMap(Following(dev), Memory(Following(dev), guest_memory)))


def widths(view: Mounted) -> list[float]:
    blocks = view.el.locator(".region .block").all()
    return [float(block.get_attribute("width") or 0) for block in blocks[:4]]


def test_regions_are_drawn_to_one_scale_and_gaps_are_short(view: Mounted) -> None:
    tiny, small, large, message = widths(view)
    assert 2.9 < large / small < 3.1
    assert tiny == message == 4  # they would not be seen
    assert view.el.locator(".gap title").all_text_contents() == [
        "1020 KiB not mapped",
        "3.9 GiB not mapped",
        "1019.8 GiB not mapped",
    ]


def test_arrows_choose_a_region_and_enter_opens_it(dev: ml.PCIDevice, view: Mounted) -> None:
    opened: list[int] = []
    view.widget._memory.reveal = opened.append
    regions = view.el.get_by_role("listbox")
    regions.press("ArrowRight")
    regions.press("ArrowRight")
    regions.press("Enter")
    large = view.el.get_by_role("slider")
    assert large.get_attribute("aria-valuetext") == "0x100000000"
    large.press("PageUp")
    large.press("ArrowRight")
    large.press("Enter")
    view.el.get_by_role("button", name="0x100000", exact=True).press("Enter")
    view.settle()
    assert opened == [1 << 32, (1 << 32) + 17 * MIB, MIB]
    large.press("End")
    assert large.get_attribute("aria-valuenow") == "255"


def test_what_is_touched_appears_while_the_rest_stays(dev: ml.PCIDevice, view: Mounted) -> None:
    button = view.el.get_by_role("button", name="0x100000", exact=True)
    button.focus()
    dev.dma.write(MIB + 32 * MIB, b"x")
    view.look()
    expect(button).to_be_focused()
    expect(view.el.locator(".touched.written")).to_have_count(1)
    expect(view.el.get_by_role("row", name="0x100000 64 MiB")).to_contain_text("1 B in 1")
    dev.disconnect()
    view.look()
    expect(view.el.get_by_text("A driver or a guest maps memory")).to_be_visible()


def test_the_tree_opens_shuts_and_goes_with_its_bytes(page: Page, dev: ml.PCIDevice) -> None:
    blank(page)
    view = Mounted(page, ConfigView(Following(dev)))
    tree = view.el.get_by_role("tree")
    items = view.el.get_by_role("treeitem")
    everything = items.count()
    tree.press("ArrowDown")  # to the first
    tree.press("ArrowLeft")
    expect(items).to_have_count(everything - len(view.widget.items[0]["parts"]))
    tree.press("*")
    expect(items).to_have_count(everything)
    tree.press("ArrowRight")
    tree.press("ArrowDown")
    expect(view.el.locator("[role=treeitem].active")).to_contain_text("Device ID")
    expect(view.el.locator(".muser-byte.sel")).to_have_text(["02", "00"])
    dev.config.write(0x04, b"\x04")
    view.look()
    expect(view.el.locator("[role=treeitem].active")).to_contain_text("Device ID")
    expect(items.filter(has_text="BusMaster+")).to_have_count(1)
    view.el.get_by_role("grid").focus()
    for key in ("ArrowRight", "0", "6", "Enter"):
        view.el.get_by_role("grid").press(key)
    view.settle()
    assert dev.config.peek(0x04, 1) == b"\x06"
