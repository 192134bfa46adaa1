"""From `%load_ext` to a triggered interrupt, as somebody who is new here gets there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Notebook

pytestmark = pytest.mark.browser

STEPS = [
    "%load_ext muserlab\nimport muserlab as ml",
    "dev = ml.PCIDevice('first', id=(0x1234, 1), bar0=4096, msi=2)\nlab = ml.serve(dev)",
    "drv = lab.connect()\nvectors = drv.msi.enable(2)",
    "dev",
]
HEARD = "print('heard', vectors[1].wait(timeout=20))"


def test_with_the_keyboard_alone(
    open_notebook: Callable[[str, list[str]], Notebook],
) -> None:
    notebook = open_notebook("keyboard", [""])
    keyboard = notebook.page.keyboard
    keyboard.press("Enter")  # edit the first cell
    for number, step in enumerate(STEPS):
        keyboard.type(step)
        keyboard.press("Control+Enter" if step == "dev" else "Shift+Enter")
        notebook.ended(number)
    panel = notebook.output(3)
    expect(panel.get_by_role("button", name="copy QEMU arguments")).to_be_visible()
    # On the way: the cell's toolbar, and the summary's two buttons.
    tab_to(panel.get_by_role("tab", name="registers"), within=5)
    for _ in range(2):
        keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="interrupts")).to_be_focused()
    keyboard.press("Enter")
    expect(panel.get_by_role("grid", name="interrupt vectors")).to_be_visible()
    tab_to(panel.get_by_role("grid", name="interrupt vectors"), within=1)
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(panel.locator(".muser-row[data-key='msi[1]'] .muser-cell").nth(5)).to_have_text("1")


def tab_to(target: Locator, *, within: int) -> None:
    """Press Tab until something has the focus, at most so many times."""
    for _ in range(within):
        target.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not within {within} presses of Tab")


def test_with_the_mouse_alone(open_notebook: Callable[[str, list[str]], Notebook]) -> None:
    notebook = open_notebook("mouse", [*STEPS, HEARD])
    run = notebook.page.locator("[data-command='notebook:run-cell-and-select-next']").first
    notebook.cell(0).click()
    for number in range(len(STEPS)):
        run.click()
        notebook.ended(number)
    run.click()
    panel = notebook.output(3)
    panel.get_by_role("tab", name="interrupts").click()
    panel.get_by_label("trigger msi[1]").click()
    expect(notebook.output(4)).to_have_text("heard 1")
