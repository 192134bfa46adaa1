"""A guest as a person meets it in a notebook: a console to type at, and buttons."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Notebook
from .looks import check_looks

pytestmark = [pytest.mark.browser, pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

CELLS = {
    "load": "%load_ext muserlab\nimport muserlab as ml",
    "boot": """
dev = ml.PCIDevice("engine", id=(0x1234, 0x0002), bar0=4096)
lab = ml.serve(dev)
vm = lab.vm()
vm
""",
    "busy": "while 'typed while busy' not in vm.console: pass\nprint('seen')",
    "end": "lab.stop()",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    """A guest that is shown."""
    opened = open_notebook("guest", [cell.strip() for cell in CELLS.values()])
    opened.finish(NUMBER["load"])
    opened.finish(NUMBER["boot"])
    return opened


@pytest.fixture
def view(notebook: Notebook) -> Locator:
    shown = notebook.output(NUMBER["boot"]).locator(".muser-guest")
    shown.scroll_into_view_if_needed()
    return shown


def typed(view: Locator, page: Page, text: str) -> None:
    view.get_by_label("type to the guest").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_what_is_typed_is_run_and_its_output_shown(view: Locator, page: Page) -> None:
    screen = view.locator(".muser-screen")
    expect(view.locator(".muser-caption")).to_have_text("guest: running")
    expect(view).to_contain_text("engine at 01:00.0")
    expect(screen).to_contain_text("guest ~ #")
    typed(view, page, "echo $((6*7)) answers; ls /")
    expect(screen).to_contain_text("42 answers")
    expect(screen.get_by_text("tmp")).to_be_visible()
    check_looks(view, "guest")


def test_ctrl_c_reaches_the_guest(view: Locator, page: Page) -> None:
    typed(view, page, "echo begun; tail -f /dev/null")
    expect(view.locator(".muser-screen").get_by_text("begun", exact=True)).to_be_visible()
    page.keyboard.press("Control+c")
    typed(view, page, "echo $((7*11)) again")
    expect(view.locator(".muser-screen")).to_contain_text("77 again")


def test_one_types_while_a_cell_runs(notebook: Notebook, view: Locator, page: Page) -> None:
    notebook.run(NUMBER["busy"])
    typed(view, page, "echo typed while $(echo busy)")
    expect(notebook.output(NUMBER["busy"])).to_have_text("seen")


def test_a_reset_takes_two_clicks_and_clears_the_screen(view: Locator) -> None:
    view.get_by_role("button", name="reset").click()
    view.get_by_role("button", name="really reset?").click()
    expect(view.locator(".muser-caption")).to_have_text("guest: running")
    expect(view.locator(".muser-screen")).not_to_contain_text("42 answers")
    expect(view.locator(".muser-screen")).to_contain_text("guest ~ #")


def test_a_guest_that_has_ended_says_so(notebook: Notebook, view: Locator) -> None:
    view.get_by_role("button", name="pull the plug").click()
    view.get_by_role("button", name="really pull the plug?").click()
    expect(view.locator(".muser-notice")).to_contain_text("the guest has ended")
    expect(view.get_by_role("button", name="reset")).to_be_disabled()
    shown = notebook.saved()[NUMBER["boot"]]["outputs"][0]["data"]
    assert "BusyBox" in "".join(shown["text/html"])
    notebook.finish(NUMBER["end"])
