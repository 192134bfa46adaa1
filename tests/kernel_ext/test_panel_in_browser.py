"""A device's panel as a person meets it, in a real JupyterLab and browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Notebook
from .looks import check_look, check_looks, each_theme

pytestmark = pytest.mark.browser

CELLS = {
    "load": "%load_ext muserlab\nimport enum, time, muserlab as ml",
    "define": """
class Mode(enum.Enum):
    OFF = 0
    FAST = 3

class Channel(ml.RegisterFile):
    ADDR = ml.RW(0x00, size=8, doc="where the data lies, an IOVA")
    CTRL = ml.RW(0x08, go=ml.bit(0), mode=ml.bits(3, 2, enum=Mode), burst=ml.bits(15, 8))
    STAT = ml.RO(0x0c, busy=ml.bit(0), done=ml.bit(1, ml.W1C), errors=ml.bits(15, 8, ml.RC))

class EngineBar(ml.BAR, size=0x1000):
    ID = ml.RO(0x00, reset=0x00c0_ffee, doc="always the same")
    SUM = ml.RO(0x04)
    CH = ml.Block(0x100, Channel, count=2, stride=0x20)

class Wide(ml.BAR, size=1 << 19):
    SLOT = ml.RW(0x00, count=100_000)

dev = ml.PCIDevice("engine", id=(0x1234, 0x0002), bar0=EngineBar, bar2=Wide, intx=True, msi=2)
lab = ml.serve(dev)
""",
    "hook": """
@dev.bar0.CH.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(dev.bar0.SUM.peek() + 1)
""",
    "panel": "dev",
    "again": "dev.bar0.registers",
    "drive": """
drv = lab.connect()
vectors = drv.msi.enable(2)
drv.bar0.CH[1].CTRL.write(go=1, mode=Mode.FAST)
dev.bar0.CH[0].STAT.poke(busy=1)
""",
    "wait": 'print("heard", vectors[1].wait(timeout=20))',
    "busy": "while dev.bar0.CH[0].CTRL.peek() != 0x1c0c: pass\nprint(dev.trace[-1].where)",
    "patch": """
@dev.bar0.CH.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(0)
""",
    "share": """
drv.config.write(0x04, 0x6, 2)
drv.dma.share(0x10_0000, iova=0x10_0000)
dev.dma.write(0x18_0000, b"done" * 64)
""",
    "lab": "lab",
    "redefine": """
class EngineBar(ml.BAR, size=0x1000):
    ID = ml.RO(0x00, reset=0x00c0_ffee)
    NEW = ml.RW(0x08)

drv.close()
while dev.client is not None:  # a client would notice that a BAR has gone
    time.sleep(0.01)
dev = ml.PCIDevice("engine", id=(0x1234, 0x0002), bar0=EngineBar, intx=True, msi=2)
lab = ml.serve(dev)
""",
    "stop": "lab.stop()",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}

VALUE, FIELDS, READS, WRITES = 4, 5, 7, 8


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    """A device that is defined, hooked and shown."""
    opened = open_notebook("engine", [cell.strip() for cell in CELLS.values()])
    for name in ("load", "define", "hook", "panel"):
        opened.finish(NUMBER[name])
    return opened


@pytest.fixture
def panel(notebook: Notebook) -> Locator:
    """The device's panel."""
    shown = notebook.output(NUMBER["panel"])
    shown.scroll_into_view_if_needed()
    return shown


@pytest.fixture
def registers(panel: Locator) -> Locator:
    """The panel's registers."""
    return tab(panel, "registers").locator(".muser-registers")


def tab(panel: Locator, title: str) -> Locator:
    """Open a tab of the panel, and return what it has."""
    panel.get_by_role("tab", name=title).click()
    return panel.locator(".widget-tab-contents > :not(.lm-mod-hidden)")


def row(view: Locator, key: str) -> Locator:
    """Return a line of a table."""
    return view.locator(f".muser-row[data-key='{key}']")


def cell(view: Locator, key: str, column: int) -> Locator:
    """Return a cell of a table."""
    return row(view, key).locator(".muser-cell").nth(column)


def test_registers_show_who_changed_them(notebook: Notebook, registers: Locator) -> None:
    expect(cell(registers, "ID", VALUE)).to_have_text("0x00c0ffee")
    notebook.finish(NUMBER["drive"])
    expect(cell(registers, "CH[1].CTRL", VALUE)).to_have_text("0x0000000d")
    expect(cell(registers, "CH[1].CTRL", FIELDS)).to_contain_text("mode=FAST")
    expect(cell(registers, "CH[1].CTRL", WRITES)).to_have_text("1")
    for key, who in (("CH[1].CTRL", "G"), ("SUM", "H"), ("CH[0].STAT", "P")):
        expect(cell(registers, key, VALUE)).to_have_attribute("data-by", who)


def test_one_register_is_looked_at_closely_and_set_field_by_field(
    notebook: Notebook, registers: Locator
) -> None:
    row(registers, "CH[0].CTRL").click()
    closer = registers.get_by_role("region", name="register CH[0].CTRL")
    closer.get_by_label("mode").select_option("FAST")
    closer.get_by_label("burst").fill("0x1ff")
    expect(closer.get_by_role("alert")).to_contain_text("0x1ff does not fit, the most is 0xff")
    expect(closer.get_by_role("button", name="Poke")).to_be_disabled()
    closer.get_by_label("burst").fill("28")
    closer.get_by_role("button", name="Poke").click()
    expect(cell(registers, "CH[0].CTRL", VALUE)).to_have_text("0x00001c0c")


def test_what_is_typed_over_a_value_is_checked_before_it_is_poked(registers: Locator) -> None:
    cell(registers, "CH[0].ADDR", VALUE).dblclick()
    entry = registers.get_by_label("poke CH[0].ADDR")
    entry.fill("0x1_0000_0000_0000_0000")
    expect(cell(registers, "CH[0].ADDR", VALUE).get_by_role("alert")).to_contain_text(
        "does not fit"
    )
    entry.press("Enter")
    entry.fill("0xffff_0000")
    entry.press("Enter")
    expect(cell(registers, "CH[0].ADDR", VALUE)).to_have_text("0x00000000ffff0000")


def test_a_guests_access_is_made_by_hand_while_a_cell_runs(
    notebook: Notebook, registers: Locator
) -> None:
    row(registers, "CH[0].CTRL").click()
    closer = registers.get_by_role("region", name="register CH[0].CTRL")
    closer.get_by_label("value", exact=True).fill("0")
    closer.get_by_role("button", name="Poke").click()
    expect(cell(registers, "CH[0].CTRL", VALUE)).to_have_text("0x00000000")
    output = notebook.run(NUMBER["busy"])
    expect(notebook.cell(NUMBER["busy"]).locator(".jp-InputPrompt")).to_have_text("[*]:")
    closer.get_by_label("value", exact=True).fill("0x1c0c")
    closer.get_by_role("button", name="Write").click()
    expect(output).to_have_text("bar0.CH[0].CTRL")
    expect(closer.get_by_role("status")).to_have_text("written")
    closer.get_by_role("button", name="Read").click()
    expect(closer.get_by_role("status")).to_have_text("read 0x00001c0c")
    expect(cell(registers, "CH[0].CTRL", READS)).to_have_text("1")


def test_registers_are_filtered_grouped_and_pinned(registers: Locator) -> None:
    lines = registers.locator(".muser-rows .muser-row")
    row(registers, "SUM").click()
    closer = registers.get_by_role("region", name="register SUM")
    closer.get_by_role("button", name="pin").click()
    registers.get_by_label("filter").fill("ctrl")
    expect(lines).to_have_count(4)  # pinned, SUM, and two CTRLs
    registers.get_by_label("group by").select_option("by block")
    row(registers, "group CH[1]").click()
    row(registers, "group CH[1]").dblclick()
    expect(row(registers, "CH[1].CTRL")).to_have_count(0)
    registers.get_by_label("filter").fill("")
    registers.get_by_label("group by").select_option("no groups")
    closer.get_by_role("button", name="unpin").click()
    expect(lines).to_have_count(8)


def test_a_hundred_thousand_registers_are_a_few_rows(registers: Locator) -> None:
    registers.get_by_role("button", name="bar2").click()
    expect(row(registers, "SLOT[3]")).to_be_visible()
    registers.get_by_role("grid").press("End")
    expect(row(registers, "SLOT[99999]")).to_be_visible()
    assert registers.locator(".muser-rows .muser-row").count() < 60
    registers.get_by_label("filter").fill("slot[4711]")
    expect(registers.locator(".muser-rows .muser-row")).to_have_count(1)
    registers.get_by_label("filter").fill("")
    registers.get_by_role("button", name="bar0").click()
    expect(row(registers, "ID")).to_be_visible()


def test_the_same_registers_are_shown_twice(notebook: Notebook, registers: Locator) -> None:
    again = notebook.finish(NUMBER["again"])
    registers.get_by_label("filter").fill("sum")
    expect(registers.locator(".muser-rows .muser-row")).to_have_count(1)
    again.scroll_into_view_if_needed()
    expect(row(again, "CH[1].STAT")).to_be_visible()
    row(again, "SUM").click()
    closer = again.get_by_role("region", name="register SUM")
    closer.get_by_label("value", exact=True).fill("0x55")
    closer.get_by_role("button", name="Poke").click()
    for view in (again, registers):
        expect(cell(view, "SUM", VALUE)).to_have_text("0x00000055")
    registers.get_by_label("filter").fill("")


def test_a_panel_is_a_dashboard_beside_the_notebook(notebook: Notebook, panel: Locator) -> None:
    page = notebook.page
    panel.locator(".muser-name").click()
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:create-output-view')")
    beside = page.locator(".jp-LinkedOutputView")
    expect(cell(beside, "CH[1].CTRL", FIELDS)).to_contain_text("mode=FAST")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.close()")
    page.locator(".jp-LinkedOutputView").wait_for(state="detached")


def test_a_trigger_reaches_the_clients_eventfd_while_a_cell_waits_for_it(
    notebook: Notebook, panel: Locator
) -> None:
    vectors = tab(panel, "interrupts")
    expect(cell(vectors, "msi[1]", 1)).to_have_text("● there")
    output = notebook.run(NUMBER["wait"])
    expect(notebook.cell(NUMBER["wait"]).locator(".jp-InputPrompt")).to_have_text("[*]:")
    vectors.get_by_label("trigger msi[1]").click()
    expect(output).to_have_text("heard 1")
    expect(cell(vectors, "msi[1]", 5)).to_have_text("1")


def test_intx_is_held_and_a_generator_runs(notebook: Notebook, panel: Locator) -> None:
    vectors = tab(panel, "interrupts")
    lever = vectors.get_by_role("switch", name="level of intx")
    lever.click()
    expect(lever).to_have_attribute("aria-checked", "true")
    vectors.get_by_label("vector of the generator").select_option("msi[0]")
    vectors.get_by_label("fires per second").fill("many")
    expect(vectors.get_by_role("button", name="Start")).to_be_disabled()
    vectors.get_by_label("fires per second").fill("200")
    vectors.get_by_label("seconds", exact=True).fill("1000")
    vectors.get_by_role("button", name="Start").click()
    told = vectors.get_by_role("status").filter(has_text="msi[0]")
    expect(told).to_contain_text(re.compile(r"fired [1-9][\d,]* of 200,000, delivered [1-9]"))
    vectors.get_by_role("button", name="Cancel").click()
    expect(told).to_contain_text("cancelled")
    lever.click()
    expect(lever).to_have_attribute("aria-checked", "false")


def test_a_patch_is_undone_and_made_again_with_buttons(notebook: Notebook, panel: Locator) -> None:
    notebook.finish(NUMBER["patch"])
    hooks = tab(panel, "hooks")
    expect(cell(hooks, "bar0.CH.CTRL.on_write", 1)).to_have_text("v2 of 2")
    row(hooks, "bar0.CH.CTRL.on_write").click()
    expect(hooks.locator(".muser-source")).to_contain_text("dev.bar0.SUM.poke(0)")
    hooks.get_by_role("button", name="diff").click()
    expect(hooks.locator(".muser-diff .removed")).to_contain_text("peek() + 1")
    hooks.get_by_role("button", name="Undo").click()
    expect(cell(hooks, "bar0.CH.CTRL.on_write", 1)).to_have_text("v1 of 2")
    hooks.get_by_role("button", name="Redo").click()
    expect(cell(hooks, "bar0.CH.CTRL.on_write", 1)).to_have_text("v2 of 2")


def test_the_summary_tells_the_client_and_copies_the_socket(panel: Locator, page: Page) -> None:
    summary = panel.locator(".muser-summary")
    expect(summary).to_contain_text("transfers of 1024 KiB")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    summary.get_by_role("button", name="copy QEMU arguments").click()
    expect(summary.get_by_role("button", name="copy QEMU arguments")).to_have_text("copied")
    assert "vfio-user-pci" in page.evaluate("() => navigator.clipboard.readText()")


def test_every_tab_is_for_everybody(notebook: Notebook, panel: Locator) -> None:
    notebook.finish(NUMBER["share"])
    row(tab(panel, "registers"), "CH[0].CTRL").click()
    vectors = tab(panel, "interrupts")
    vectors.get_by_label("fires per second").fill("1")
    vectors.get_by_role("button", name="Start").click()
    tab(panel, "config").get_by_role("treeitem", name="MSI: Enable").click()
    dma = tab(panel, "DMA")
    dma.get_by_role("button", name="0x100000", exact=True).click()
    expect(dma.locator(".muser-byte.sel")).to_have_count(1)
    titles = panel.get_by_role("tab").all_inner_texts()
    for look in each_theme(notebook.page):
        for title in titles:
            tab(panel, title)
            check_look(panel, f"panel-{title}-{look}")
    tab(panel, "interrupts").get_by_role("button", name="Cancel").click()


def test_a_lab_is_a_table_of_its_devices(notebook: Notebook) -> None:
    overview = notebook.finish(NUMBER["lab"])
    overview.scroll_into_view_if_needed()
    expect(overview.locator("tbody tr")).to_contain_text(["engine"])
    check_looks(overview, "lab")


def test_a_panel_follows_a_new_definition(notebook: Notebook, registers: Locator) -> None:
    notebook.finish(NUMBER["redefine"])
    registers.scroll_into_view_if_needed()
    expect(row(registers, "NEW")).to_be_visible()
    expect(row(registers, "SUM")).to_have_count(0)
    expect(registers.get_by_role("button", name="bar2")).to_have_count(0)


def test_a_panel_of_a_stopped_device_says_so(notebook: Notebook, panel: Locator) -> None:
    notebook.finish(NUMBER["stop"])
    panel.scroll_into_view_if_needed()
    expect(panel.locator(".muser-notice:visible").first).to_contain_text("is not served any more")
    check_looks(panel, "stopped")
