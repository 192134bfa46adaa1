"""Views of configuration space and of DMA, without a page."""

from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.widgets import config_view, dma_view
from muserlab.kernel_ext.widgets.config import ConfigView
from muserlab.kernel_ext.widgets.dmamap import MOST, DmaMap
from muserlab.kernel_ext.widgets.following import Following
from muserlab.lab import current

PAGE = 4096


@pytest.fixture
def dev() -> ml.PCIDevice:
    return ml.PCIDevice("engine", id=(0x1234, 2), bar0=0x4000, express=True, msi=4)


def says(widget: Any, **content: object) -> None:
    """Let the page say something."""
    widget._heard(widget, content, [])


# -- configuration space ---------------------------------------------------------------------------


def test_configuration_space_is_a_tree_with_its_bytes(dev: ml.PCIDevice) -> None:
    view = ConfigView(Following(dev))
    assert view.title == "Unassigned class [ff00]: Device 1234:0002 (rev 00)"
    assert view.data == dev.config.peek(0, 4096)
    header, msi, express = view.items
    assert header["name"] == "Header"
    assert (msi["name"], msi["start"]) == ("", 0x40)
    assert msi["text"] == "MSI: Enable- Count=1/4 Maskable- 64bit+"
    assert express["text"].startswith("Express (v2) Endpoint")
    (control,) = [part for part in header["parts"] if part["name"] == "Control"]
    assert (control["start"], control["size"]) == (4, 2)
    assert "BusMaster-" in control["text"]


def test_it_is_decoded_again_when_a_guest_changed_it(dev: ml.PCIDevice) -> None:
    view = ConfigView(Following(dev))
    before = view.items
    view.look()
    assert view.items is before
    dev.config.write(0x04, b"\x06\0")
    view.look()
    assert "BusMaster+" in view.items[0]["parts"][2]["text"]


def test_its_bytes_are_poked_by_hand(dev: ml.PCIDevice) -> None:
    view = ConfigView(Following(dev))
    says(view, poke=["8", "2a"])
    assert dev.config.peek(8, 1) == b"\x2a"
    assert view.title.endswith("(rev 2a)")
    says(view, poke=["1000", "00"])
    assert view.said.startswith("RegionError")
    assert len(dev.trace) == 0


def test_without_a_page_it_is_what_lspci_says(dev: ml.PCIDevice) -> None:
    shown: Any = config_view(dev)
    bundle, _ = shown._repr_mimebundle_()
    assert "  Capabilities: [40] MSI: Enable-" in bundle["text/plain"]
    assert "&lt;unassigned&gt;" in bundle["text/html"]


# -- DMA -------------------------------------------------------------------------------------------


def test_the_map_has_what_the_client_offered_and_what_was_touched(dev: ml.PCIDevice) -> None:
    view: Any
    view, memory = dma_view(dev).children
    assert view.regions == []
    with ml.serve(dev), current().connect() as drv:
        drv.config.write(0x04, 0x6, 2)
        drv.dma.share(256 * PAGE, iova=0x10_0000)
        drv.dma.offer(PAGE, iova=0x1000)
        dev.dma.write(0x10_0000 + 5 * PAGE, bytes(2 * PAGE))
        dev.dma.read(0x10_0000, 4)
        view.look()
        assert view.caption == "DMA of engine: 2 regions of memory"
        offered, shared = view.regions
        assert offered["cells"] == ["0x1000", "4 KiB", "rw", "messages", "", "", ""]
        assert (shared["start"], shared["end"]) == ("100000", "200000")
        assert (shared["read"], shared["written"]) == ([(0, 1)], [(5, 7)])
        assert shared["cells"][3:6] == ["memfd, sealed: mapped", "4 B in 1", "8 KiB in 1"]
        with dev.dma.window(0x10_0000, 8):
            view.look()
            assert view.regions[1]["cells"][6] == "1 windows, 0 transfers"
        sent: list[Any] = []
        memory.send = lambda content, buffers=None: sent.append(content)
        says(view, open="105000")
        assert sent == [{"show": "105000", "count": 1}]
    view.look()
    assert view.regions == []
    assert view.stopped.startswith("engine is not served any more")


def test_a_client_that_maps_very_much_is_shown_in_part() -> None:
    dev = ml.PCIDevice("many", id=(0x1234, 2))
    dev.connect("script")
    for i in range(MOST + 1):
        dev.dma.map(2 * i * PAGE, PAGE, 0, readable=True, writable=False)
    view = DmaMap(Following(dev), None)
    assert len(view.regions) == MOST
    shown = f"{MOST + 1} regions of memory, the first {MOST} shown, not served"
    assert view.caption == f"DMA of many: {shown}"
    assert view.still()[0].splitlines()[2].split() == ["0x0", "4", "KiB", "r-", "messages"]
    dev.disconnect()
