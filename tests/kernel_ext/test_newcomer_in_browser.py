"""From `%load_ext` to a triggered interrupt and further, as somebody who is new here gets there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Notebook

pytestmark = pytest.mark.browser

STEPS = [
    "%load_ext muserlab\nimport muserlab as ml",
    "class Bar(ml.BAR, size=4096): A, CTRL = ml.RW(0x00), ml.RW(0x08, go=ml.bit(0))",
    "dev = ml.PCIDevice('first', id=(0x1234, 1), bar0=Bar, intx=True, msix=2)\nlab = ml.serve(dev)",
    "drv = lab.connect()\nvectors = drv.msix.enable(2)",
    "dev",
]
LAST = len(STEPS) - 1
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
    panel = notebook.output(LAST)
    expect(panel.get_by_role("button", name="copy QEMU arguments")).to_be_visible()
    # On the way: the cell's toolbar, and the summary's two buttons.
    tab_to(panel.get_by_role("tab", name="registers"), within=5)
    open_tab(panel, "interrupts", "ArrowRight", times=2)
    vectors = panel.get_by_role("grid", name="interrupt vectors")
    tab_to(vectors, within=1)
    for key in (*["ArrowDown"] * 3, "Enter"):  # intx, msix[0], msix[1]
        keyboard.press(key)
    expect(panel.locator(".muser-row[data-key='msix[1]'] .muser-cell").nth(5)).to_have_text("1")

    tab_to(panel.get_by_role("tab", name="interrupts"), within=1, key="Shift+Tab")
    open_tab(panel, "trace", "ArrowRight", times=3)
    pause = panel.get_by_role("button", name="pause")
    tab_to(pause, within=4)  # beyond the filter, the place to go to, and follow
    keyboard.press("Enter")
    expect(pause).to_have_attribute("aria-pressed", "true")

    tab_to(panel.get_by_role("tab", name="trace"), within=4, key="Shift+Tab")
    open_tab(panel, "registers", "ArrowLeft", times=5)
    register = panel.locator(".muser-row[data-key='A']")
    expect(register).to_be_visible()
    tab_to(panel.get_by_role("grid", name="registers"), within=3)  # beyond filter and groups
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(panel.get_by_label("poke A")).to_be_focused()
    keyboard.type("0x29")
    keyboard.press("Enter")
    expect(register.locator(".value")).to_have_text("0x00000029")
    expect(panel.get_by_role("grid", name="registers")).to_be_focused()


def open_tab(panel: Locator, title: str, arrow: str, *, times: int) -> None:
    """Go along the tabs, and open the one there."""
    keyboard = panel.page.keyboard
    for _ in range(times):
        keyboard.press(arrow)
    tab = panel.get_by_role("tab", name=title)
    expect(tab).to_be_focused()
    keyboard.press("Enter")
    expect(tab).to_have_attribute("aria-selected", "true")


def tab_to(target: Locator, *, within: int, key: str = "Tab") -> None:
    """Press Tab until something has the focus, at most so many times."""
    for _ in range(within):
        target.page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not within {within} presses of {key}")


def test_with_the_mouse_alone(open_notebook: Callable[[str, list[str]], Notebook]) -> None:
    notebook = open_notebook("mouse", [*STEPS, HEARD])
    run = notebook.page.locator("[data-command='notebook:run-cell-and-select-next']").first
    notebook.cell(0).click()
    for number in range(len(STEPS)):
        run.click()
        notebook.ended(number)
    run.click()
    panel = notebook.output(LAST)
    panel.get_by_role("tab", name="interrupts").click()
    panel.get_by_label("trigger msix[1]").click()
    expect(notebook.output(LAST + 1)).to_have_text("heard 1")
