"""Every view, alone on a page, can be read and used by everybody: dark and light."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

import muserlab as ml
from muserlab.kernel_ext.widgets import FaultCard, Following, Overview, TraceWidget
from muserlab.kernel_ext.widgets.config import ConfigView
from muserlab.kernel_ext.widgets.dmamap import DmaMap
from muserlab.kernel_ext.widgets.hooks import HooksView
from muserlab.kernel_ext.widgets.interrupts import InterruptsView
from muserlab.kernel_ext.widgets.live import Shown
from muserlab.kernel_ext.widgets.memory import Memory, all_spaces, guest_memory
from muserlab.kernel_ext.widgets.registers import RegistersView
from muserlab.kernel_ext.widgets.summary import Summary
from muserlab.lab import Lab, Report, ReportKind

from .looks import violations
from .mounted import Mounted, blank, theme

pytestmark = pytest.mark.browser


class Bar(ml.BAR, size=0x2000):
    ID = ml.RO(0x00, reset=0x00C0_FFEE, doc="always the same")
    CTRL = ml.RW(0x08, go=ml.bit(0), mode=ml.bits(7, 4))
    STAT = ml.RC(0x0C, reset=5)
    BUF = ml.Memory(0x1000, 0x1000)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A device with something of everything."""
    dev = ml.PCIDevice("engine", id=(0x1234, 2), bar0=Bar, express=True, intx=True, msi=4)

    @dev.bar0.CTRL.on_write
    def start(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
        dev.bar0.STAT.poke(7)
        dev.msi[0].fire()

    with ml.serve(dev) as served, served.connect() as drv:
        drv.msi.enable(2)
        drv.config.write(0x04, 0x6, 2)
        drv.dma.share(0x10_0000, iova=0x10_0000)
        drv.dma.offer(0x1000, iova=1 << 40)
        dev.dma.write(0x18_0000, b"done" * 64)
        drv.bar0.CTRL.write(go=1)
        drv.bar0.write_bytes(0x1000, b"Hello")
        yield served


def _card(following: Following) -> Shown:
    card = FaultCard(following, "CTRL.on_write v2", lambda _: "Traceback\n  start\nKeyError: 'x'")
    card.add(Report(ReportKind.FAULT, "CTRL.on_write raised", "engine", KeyError("x")))
    return card


VIEWS: dict[str, Callable[[Following, Lab], Shown]] = {
    "summary": lambda following, lab: Summary(following),
    "registers": lambda following, lab: RegistersView(following),
    "memory": lambda following, lab: Memory(following, all_spaces),
    "interrupts": lambda following, lab: InterruptsView(following),
    "config": lambda following, lab: ConfigView(following),
    "DMA": lambda following, lab: DmaMap(following, Memory(following, guest_memory)),
    "DMA memory": lambda following, lab: Memory(following, guest_memory),
    "trace": lambda following, lab: TraceWidget(following.device.trace.view(), "engine"),
    "hooks": lambda following, lab: HooksView(following),
    "lab": lambda following, lab: Overview(lab),
    "card": lambda following, lab: _card(following),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view(page: Page, lab: Lab, name: str) -> None:
    blank(page)
    page.emulate_media(reduced_motion="reduce")
    view = Mounted(page, VIEWS[name](Following(lab.devices["engine"]), lab))
    view.look()
    assert view.widget.said == ""
    for look in ("light", "dark"):
        theme(page, look)
        view.settle()
        assert violations(view.el) == [], look


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_whose_kernel_has_ended_says_so_and_throws_nothing(
    page: Page, lab: Lab, name: str
) -> None:
    blank(page)
    view = Mounted(page, VIEWS[name](Following(lab.devices["engine"]), lab))
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.evaluate("""() => {
        widgets[0].outbox.push = () => { throw new Error("Cannot send"); };
        document.dispatchEvent(new Event("visibilitychange"));
        const buttons = [...widgets[0].el.querySelectorAll("button")];
        for (const one of buttons.filter((button) => button.checkVisibility())) one.click();
    }""")
    notice = view.el.locator(".muser-notice").first
    assert notice.inner_text() == "the kernel has ended: run the cells again"
    assert thrown == []
