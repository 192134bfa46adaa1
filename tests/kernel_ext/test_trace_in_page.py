"""The view of a trace on a page of its own: what is in sight of rows and controls."""

import pytest
from playwright.sync_api import Page

import muserlab as ml
from muserlab.kernel_ext.widgets.trace import TraceWidget

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser


class Channel(ml.RegisterFile):
    A_COUNTER_THAT_HAS_A_LONG_NAME = ml.RW(0x00, count=2)


class Bar(ml.BAR, size=0x1000):
    CTRL = ml.RW(0x00)
    CHANNEL = ml.Block(0x100, Channel, count=4, stride=0x10)


@pytest.fixture
def dev() -> ml.PCIDevice:
    made = ml.PCIDevice("engine", id=(0x1234, 2), bar0=Bar)
    for number in range(100):
        made.bar0.write(0, number.to_bytes(4, "little"))
    made.bar0.write(0x100 + 3 * 0x10 + 4, bytes(4))
    return made


@pytest.fixture
def view(page: Page, dev: ml.PCIDevice) -> Mounted:
    blank(page)
    return Mounted(page, TraceWidget(dev.trace.view(), "engine"))


def test_the_index_and_the_end_of_a_long_name_are_in_sight(view: Mounted) -> None:
    where = view.el.locator(".muser-tracerow[data-number]:visible .where").last
    name = "bar0.CHANNEL[3].A_COUNTER_THAT_HAS_A_LONG_NAME[1]"
    assert where.inner_text() == where.get_attribute("title") == name
    block, register = where.evaluate("""cell => [...cell.children].map((part) => {
        const { left, right } = part.getBoundingClientRect();
        return [...part.firstChild.data].filter((_, at) => {
            const range = document.createRange();
            range.setStart(part.firstChild, at);
            range.setEnd(part.firstChild, at + 1);
            const letter = range.getBoundingClientRect();
            return left <= letter.left + 0.1 && letter.right - 0.1 <= right;
        }).join("");
    })""")
    assert "bar0.CHANNEL[3]".endswith(block)
    assert "[3]" in block
    assert name.endswith(register)
    assert "_NAME[1]" in register


def test_pausing_holds_what_is_in_sight_whatever_is_on_its_way(
    view: Mounted, dev: ml.PCIDevice
) -> None:
    view.look()
    view.el.evaluate("""el => {
        window.seen = new Set();
        new MutationObserver(() => {
            const rows = [...el.querySelectorAll(".muser-tracerow[data-number]:not([hidden])")];
            seen.add(`${rows.at(-1).querySelector(".seq").textContent} of ${el.dataset.end}`);
        }).observe(el, { subtree: true, childList: true, characterData: true, attributes: true });
    }""")
    pause = view.el.get_by_role("button", name="pause")
    dev.bar0.write(0, bytes(4))
    view.widget.look()  # what it sees is on its way when somebody pauses
    pause.click()
    dev.bar0.write(0, bytes(4))
    view.look()
    assert view.el.locator(".muser-caption").inner_text().endswith("paused, 2 since")
    assert pause.get_attribute("aria-pressed") == "true"
    seen = view.page.evaluate("() => [...seen]")
    assert len(seen) == 1
    assert seen[0].startswith("101 of ")
    pause.click()
    view.look()
    assert view.el.locator(".muser-tracerow[data-number]:visible .seq").last.inner_text() == "103"
    assert "paused" not in view.el.locator(".muser-caption").inner_text()


def test_rows_at_the_end_are_whole(view: Mounted) -> None:
    frame = view.el.locator(".muser-traceframe")
    for height in (300, 309, 320):
        frame.evaluate("(frame, height) => { frame.style.height = `${height}px`; }", height)
        view.settle()
        rows = view.el.locator(".muser-tracerow[data-number]:visible")
        boxes = [row.bounding_box() or {} for row in rows.all()]
        head = view.el.locator(".muser-tracehead").bounding_box() or {}
        around = frame.bounding_box() or {}
        assert rows.last.locator(".seq").inner_text() == "101"
        assert min(box["y"] for box in boxes) == head["y"] + head["height"]
        last = boxes[-1]
        assert last["y"] + last["height"] <= around["y"] + around["height"]
