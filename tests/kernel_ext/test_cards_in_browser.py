"""What went wrong stands under the cell that defined it, and can be dealt with there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Notebook
from .looks import check_looks

pytestmark = pytest.mark.browser

CELLS = {
    "load": "%load_ext muserlab\nimport muserlab as ml",
    "define": """
class Bar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    CTRL = ml.RW(0x08, go=ml.bit(0))
    SUM = ml.RO(0x0C)

dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar)
lab = ml.serve(dev)
""",
    "good": """
@dev.bar0.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)
""",
    "broken": """
@dev.bar0.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(0xDEAD)
    total = dev.bar0.A.peek() + dev.state.offset
    dev.bar0.SUM.poke(total)
""",
    "drive": """
with lab.connect() as drv:
    drv.bar0.A.write(41)
    for _ in range(3):
        drv.bar0.CTRL.write(go=1)
        drv.bar0.CTRL.write(go=0)
    print(drv.bar0.SUM.read() + 0)
""",
    "mend": "dev.state.offset = 100",
    "busy": """
import time
with lab.connect() as drv:
    for _ in range(2000):
        drv.bar0.CTRL.write(go=1)
        if drv.bar0.SUM.read() == 141:
            break
        time.sleep(0.01)
    print("sum", drv.bar0.SUM.read() + 0)
""",
    "last": "print(dev.bar0.CTRL.on_write.current.number)",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    opened = open_notebook("cards", [cell.strip() for cell in CELLS.values()])
    for name in ("load", "define", "good", "broken"):
        opened.finish(NUMBER[name])
    return opened


def test_a_failure_stands_under_the_cell_that_defined_the_hook(notebook: Notebook) -> None:
    expect(notebook.finish(NUMBER["drive"])).to_have_text("42")
    card = notebook.output(NUMBER["broken"]).locator(".muser-card")
    expect(card.locator("h4")).to_contain_text("AttributeError")
    expect(card).to_contain_text("dev.state.offset")
    expect(card.locator(".muser-remedy")).to_contain_text("v1 answered and is current again")
    expect(card.locator(".muser-cause")).to_contain_text("write of 0x00000001 to bar0.CTRL")
    expect(notebook.output(NUMBER["drive"]).locator(".muser-card")).to_have_count(0)
    card.locator("summary", has_text="the last inputs").click()
    expect(card.locator(".muser-inputs li")).to_have_count(1)
    expect(card).to_contain_text("for given in dev.bar0.CTRL.on_write.inputs:")
    check_looks(card, "card")


def test_the_version_can_try_again_while_a_cell_is_busy(notebook: Notebook) -> None:
    notebook.finish(NUMBER["mend"])
    output = notebook.run(NUMBER["busy"])
    notebook.output(NUMBER["broken"]).locator("button", has_text="Retry").click()
    expect(output).to_have_text("sum 141")
    expect(notebook.finish(NUMBER["last"])).to_have_text("2")


def test_and_be_taken_back(notebook: Notebook) -> None:
    card = notebook.output(NUMBER["broken"]).locator(".muser-card")
    card.locator("button", has_text="Undo").click()
    expect(card.locator("button", has_text="Retry")).to_be_visible()
    expect(notebook.finish(NUMBER["last"])).to_have_text("1")
