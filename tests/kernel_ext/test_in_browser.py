"""The workbench as a person meets it: a device in cells, in a real JupyterLab and browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Notebook

pytestmark = pytest.mark.browser

CELLS = {
    "load": "%load_ext muserlab\nimport muserlab as ml",
    "define": """
class Bar(ml.BAR, size=4096):
    A = ml.RW(0x00, doc="the operand")
    CTRL = ml.RW(0x08, go=ml.bit(0), mode=ml.bits(7, 4))
    SUM = ml.RO(0x0C)
    EVENTS = ml.RC(0x10, reset=0x5)
    BUF = ml.Memory(0x800, 0x800)

dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar, msi=2)
lab = ml.serve(dev)
""",
    "hook": """
@dev.bar0.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)
""",
    "show": "dev.bar0",
    "add": """
with lab.connect() as drv:
    drv.bar0.A.write(0x41)
    drv.bar0.CTRL.write(go=1)
    drv.bar0.write_bytes(0x800, b"Hello")
    print(drv.bar0.SUM.read() + 0)
""",
    "look": "print(hex(dev.bar0.A.peek()), dev.bar0.CTRL.peek(), dev.bar0.EVENTS.peek())",
    "interrupts": "dev.msi",
    "wait": """
import time
for _ in range(2000):
    if dev.msi[1].counts.fired:
        break
    time.sleep(0.01)
print("fired", dev.msi[1].counts.fired)
""",
    "broken": """
@dev.bar0.CTRL.on_write
def start(dev, new, old):
    return dev.no_such_thing
""",
    "drive": """
with lab.connect() as drv:
    drv.bar0.CTRL.write(go=0)
    for _ in range(2000):
        if dev.bar0.A.peek() == 0x77:
            break
        time.sleep(0.01)
print("poked")
""",
    "panel": "dev",
    "again": """
lab.stop()
ml.serve(dev)
dev.bar0.A.poke(0x99)
""",
    "redefine": """
class Bar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    NEW = ml.RW(0x04)

dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar, msi=2)
lab = ml.serve(dev)
""",
    "views": """
import threading
for _ in range(2000):
    if "muserlab views" not in [thread.name for thread in threading.enumerate()]:
        break
    time.sleep(0.01)
print(*[thread.name for thread in threading.enumerate() if "muserlab" in thread.name])
""",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    """A device in cells: loaded, defined, served, hooked and shown."""
    opened = open_notebook("adder", [cell.strip() for cell in CELLS.values()])
    for name in ("load", "define", "hook", "show"):
        opened.finish(NUMBER[name])
    return opened


def cell(table: Locator, key: str, column: int) -> Locator:
    """Return a cell of a live table."""
    return table.locator(f"tr[data-key='{key}'] td").nth(column)


def field(view: Locator, key: str, column: int) -> Locator:
    """Return a cell of a register's line."""
    return view.locator(f".muser-row[data-key='{key}'] .muser-cell").nth(column)


VALUE, FIELDS = 4, 5


def test_a_patch_is_answered_under_its_cell(notebook: Notebook) -> None:
    expect(notebook.output(NUMBER["hook"])).to_have_text("✓ CTRL.on_write v1, from access 1")


def test_a_live_table_follows_what_a_script_does(notebook: Notebook) -> None:
    table = notebook.output(NUMBER["show"])
    expect(field(table, "A", VALUE)).to_have_text("0x00000000")
    expect(notebook.finish(NUMBER["add"])).to_have_text("66")
    expect(field(table, "A", VALUE)).to_have_text("0x00000041")
    expect(field(table, "SUM", VALUE)).to_have_text("0x00000042")
    expect(field(table, "CTRL", FIELDS).locator(".muser-chip").first).to_have_text("go=1")


def test_a_hex_view_begins_at_memory_and_goes_to_registers(notebook: Notebook) -> None:
    view = notebook.output(NUMBER["show"]).locator(".muser-memory")
    expect(view.locator(".muser-where")).to_have_text("0x0800  BUF")
    expect(view.locator(".muser-chars", has_text="Hello···········")).to_be_visible()
    view.get_by_label("go to").fill("EVENTS")
    view.get_by_label("go to").press("Enter")
    expect(view.locator(".muser-where")).to_have_text("0x0010  EVENTS")
    expect(view.locator(".muser-byte.cur")).to_have_text("05")


def test_a_double_click_pokes_values_and_fields(notebook: Notebook) -> None:
    table = notebook.output(NUMBER["show"])
    poke(table, "A", VALUE, "0x1234")
    poke(table, "CTRL", FIELDS, "go=0 mode=7")
    look = notebook.finish(NUMBER["look"])
    expect(look).to_contain_text("0x1234 112")
    field(table, "A", VALUE).dblclick()
    table.get_by_label("poke A").fill("too much")
    expect(table.get_by_role("alert").first).to_contain_text("“too much” is no number")
    table.get_by_label("poke A").press("Escape")
    expect(field(table, "A", VALUE)).to_have_text("0x00001234")


def poke(table: Locator, key: str, column: int, text: str) -> None:
    """Poke what a cell shows by hand."""
    field(table, key, column).dblclick()
    entry = table.get_by_label(f"poke {key}")
    entry.fill(text)
    entry.press("Enter")
    expect(entry).to_have_count(0)


def test_looking_clears_nothing(notebook: Notebook) -> None:
    expect(field(notebook.output(NUMBER["show"]), "EVENTS", VALUE)).to_have_text("0x00000005")
    expect(notebook.finish(NUMBER["look"])).to_have_text(re.compile(r" 5\s*$"))


def test_a_filter_hides_the_other_rows_and_its_keys_are_no_shortcuts(notebook: Notebook) -> None:
    table = notebook.output(NUMBER["show"])
    entry = table.get_by_placeholder("filter")
    entry.click()
    entry.press_sequentially("ddx sum")  # dd and x delete a cell where shortcuts hear them
    expect(table.locator(".muser-rows .muser-row")).to_have_count(0)
    entry.fill("sum")
    expect(table.locator(".muser-rows .muser-row")).to_have_count(1)
    expect(field(table, "SUM", VALUE)).to_be_visible()
    entry.fill("")
    expect(table.locator(".muser-rows .muser-row")).to_have_count(4)
    expect(notebook.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS))


def test_a_vector_is_fired_by_hand_while_a_cell_runs(notebook: Notebook) -> None:
    table = notebook.finish(NUMBER["interrupts"])
    output = notebook.run(NUMBER["wait"])
    expect(notebook.cell(NUMBER["wait"]).locator(".jp-InputPrompt")).to_have_text("[*]:")
    table.get_by_label("trigger msi[1]").click()
    expect(output).to_have_text("fired 1")
    expect(field(table, "msi[1]", 4)).to_have_text("1")


def test_a_traceback_appears_under_the_cell_to_blame_while_another_runs(
    notebook: Notebook,
) -> None:
    blamed = notebook.finish(NUMBER["broken"])
    expect(blamed).to_have_text("✓ CTRL.on_write v2, from access 5")
    notebook.run(NUMBER["drive"])
    expect(blamed).to_contain_text("return dev.no_such_thing")
    expect(blamed).to_contain_text("AttributeError")
    expect(blamed).to_contain_text("v1 answered and is current again")
    expect(notebook.cell(NUMBER["drive"]).locator(".jp-InputPrompt")).to_have_text("[*]:")
    poke(notebook.output(NUMBER["show"]), "A", VALUE, "0x77")
    expect(notebook.output(NUMBER["drive"])).to_have_text("poked")


def test_a_device_is_a_panel_with_a_tab_for_each_aspect(notebook: Notebook) -> None:
    panel = notebook.finish(NUMBER["panel"])
    panel.scroll_into_view_if_needed()  # nothing is sent for what nobody sees
    tabs = panel.locator(".lm-TabBar-tabLabel")
    expect(tabs).to_have_text(
        ["registers", "memory", "interrupts", "config", "DMA", "trace", "hooks"]
    )
    expect(panel.locator(".muser-rate")).to_contain_text("5 accesses")
    tabs.nth(5).click()
    trace = panel.locator(".muser-tracerow.fault:visible")
    expect(trace.filter(has_text="CTRL.on_write")).to_have_count(1)
    tabs.nth(3).click()
    expect(panel.get_by_role("treeitem", name="MSI: Enable-")).to_be_visible()


def test_tables_stay_live_when_the_lab_stops_and_serves_again(notebook: Notebook) -> None:
    table = notebook.output(NUMBER["show"])
    notebook.finish(NUMBER["again"])
    table.scroll_into_view_if_needed()  # out of sight, it does not look
    expect(field(table, "A", VALUE)).to_have_text("0x00000099")
    expect(table.locator(".muser-caption").first).to_have_text("bar0: 4 KiB")


def test_tables_follow_a_new_definition(notebook: Notebook) -> None:
    table = notebook.output(NUMBER["show"])
    notebook.finish(NUMBER["redefine"])
    table.scroll_into_view_if_needed()
    expect(field(table, "NEW", VALUE)).to_have_text("0x00000000")
    expect(field(table, "A", VALUE)).to_have_text("0x00000099")
    expect(table.locator(".muser-row[data-key='SUM']")).to_have_count(0)


def test_a_saved_notebook_has_still_tables_for_where_no_widget_runs(notebook: Notebook) -> None:
    shown = notebook.saved()[NUMBER["show"]]["outputs"][0]["data"]
    assert "application/vnd.jupyter.widget-view+json" in shown
    html = "".join(shown["text/html"])
    assert "<table>" in html
    assert "the operand" in html
    assert "EVENTS" in "".join(shown["text/plain"])


def test_nothing_looks_when_nobody_does(notebook: Notebook) -> None:
    notebook.page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
    )
    expect(notebook.finish(NUMBER["views"])).to_have_text("muserlab reports muserlab")
