"""Memory, configuration space and DMA as a person meets them, in a real JupyterLab and browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Notebook
from .looks import check_looks

pytestmark = pytest.mark.browser

CELLS = {
    "define": """
%load_ext muserlab
import time
import muserlab as ml

class Bar(ml.BAR, size=0x4000):
    ID   = ml.RO(0x00, reset=0x00c0_ffee)
    CTRL = ml.RW(0x08, go=ml.bit(0))
    STAT = ml.RC(0x0c, reset=5)
    TAGS = ml.RW(0x20, size=2, count=4)
    BUF  = ml.Memory(0x1000, 0x1000)

def device(name):
    return ml.PCIDevice(name, id=(0x1234, 2), class_code=0x120000, bar0=Bar, bar2=1 << 30,
                        express=True, msi=4, capabilities=[ml.PowerManagement()])

dev, twin = device("engine"), device("twin")
lab = ml.serve(dev)
ml.serve(twin)
dev.bar0.poke(0x1000, b"Hello, memory!")
dev.bar2.poke(0x3000_0000, b"needle")

def until(true):
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    raise TimeoutError
""",
    "memory": "dev.bar0.memory",
    "busy": """
with lab.connect("engine") as drv:
    drv.bar0.write_bytes(0x1010, b"guest was here")
    count = iter(range(1, 1 << 32))
    def poked():
        drv.bar0.write(0x1030, next(count))
        return dev.bar0.peek(0x1000, 2) == b"\\xca\\xfe"
    until(poked)
    print("poked", bytes(drv.bar0.read_bytes(0x1000, 6)))
""",
    "huge": "dev.bar2.memory",
    "config": "dev.config",
    "master": """
drv = lab.connect("engine")
drv.config.write(0x04, 0x6, 2)
""",
    "dma": "dev.dma",
    "share": """
offered = drv.dma.offer(0x1000, iova=0x1000)
shared = drv.dma.share(0x10_0000, iova=0x10_0000)
shared.view[:11] = b"descriptors"
dev.dma.write(0x18_0000, b"done" * 64)
print("shared")
""",
    "compare": """
def drive(name):
    with lab.connect(name) as other:
        first = len(lab.devices[name].trace)
        other.bar0.CTRL.write(go=1)
        other.bar0.write_bytes(0x1000, b"same")
        other.bar0.STAT.read()
        other.bar2.read(0x40)
        other.config.read(0x00)
    events = lab.devices[name].trace[first:]
    return [(e.kind, e.where, e.offset, e.data) for e in events if e.where != name]

drv.close()
until(lambda: dev.client is None)
time.sleep(0.3)  # in which every view looks
looked, alone = drive("engine"), drive("twin")
print(len(alone), looked == alone)
""",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    opened = open_notebook("memory", [cell.strip() for cell in CELLS.values()])
    opened.finish(NUMBER["define"])
    return opened


def grid(view: Locator) -> Locator:
    return view.get_by_role("grid")


def go(view: Locator, to: str, address: str) -> None:
    """Go somewhere, and wait until the view is there."""
    entry = view.get_by_label("go to")
    entry.fill(to)
    entry.press("Enter")
    expect(view.locator(".muser-where")).to_contain_text(address)


def test_bytes_follow_a_guest_and_are_poked_while_a_cell_is_busy(notebook: Notebook) -> None:
    view = notebook.finish(NUMBER["memory"])
    expect(view.locator(".muser-byte").first).to_have_text("ee")
    expect(view.locator(".muser-place")).to_have_text(
        ["ID", "CTRL", "STAT", "TAGS[0]", "TAGS[1]", "TAGS[2]", "TAGS[3]"]
    )
    go(view, "BUF", "0x1000")
    expect(view.locator(".muser-byte.cur")).to_have_text("48")
    output = notebook.run(NUMBER["busy"])
    expect(view.locator(".muser-char.new0").first).to_be_visible()
    expect(view.locator(".muser-chars", has_text="guest was here")).to_be_visible()
    expect(notebook.cell(NUMBER["busy"]).locator(".jp-InputPrompt")).to_have_text("[*]:")
    check_looks(view, "memory")
    for key in (*"cafe", "Enter"):
        grid(view).press(key)
    expect(output).to_have_text("poked b'\\xca\\xfello,'")


def test_what_is_selected_goes_to_the_clipboard(notebook: Notebook) -> None:
    view = notebook.output(NUMBER["memory"])
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(view, "0x1010", "0x1010")
    for _ in range(4):
        grid(view).press("Shift+ArrowRight")
    view.get_by_role("button", name="text", exact=True).click()
    expect(view.get_by_text("copied 5 B as text")).to_be_visible()
    assert notebook.page.evaluate("navigator.clipboard.readText()") == "guest"


def test_memory_is_saved_and_loaded(notebook: Notebook) -> None:
    view = notebook.output(NUMBER["memory"])
    file = notebook.file.with_name("saved.bin")
    view.get_by_role("button", name="save…").click()
    view.get_by_label("path on").fill(str(file))
    view.get_by_role("button", name="save", exact=True).click()
    expect(view.get_by_text("saved 5 B")).to_be_visible()
    assert file.read_bytes() == b"guest"
    view.get_by_role("button", name="save", exact=True).click()
    expect(view.get_by_text("is there already")).to_be_visible()
    view.get_by_label("what to save").select_option("everything")
    view.get_by_role("button", name="overwrite").click()
    expect(view.get_by_text("saved 16 KiB")).to_be_visible()
    assert file.stat().st_size == 0x4000
    file.write_bytes(b"LOADED")
    view.get_by_role("button", name="load…").click()
    view.get_by_role("button", name="load", exact=True).click()
    expect(view.get_by_text("loaded 6 B")).to_be_visible()
    expect(view.locator(".muser-byte.sel")).to_have_text(["4c", "4f", "41", "44", "45", "44"])
    view.get_by_role("button", name="close").click()


def test_a_gibibyte_is_searched_and_shown(notebook: Notebook) -> None:
    view = notebook.finish(NUMBER["huge"])
    expect(view.locator(".muser-size")).to_have_text("1 GiB")
    view.get_by_label("kind of what to find").select_option("text")
    view.get_by_label("find", exact=True).fill("needle")
    view.get_by_label("find", exact=True).press("Enter")
    expect(view.get_by_text("found at 0x30000000")).to_be_visible()
    expect(view.locator(".muser-byte.sel").first).to_have_text("6e")


def test_configuration_space_is_a_tree_beside_its_bytes(notebook: Notebook) -> None:
    view = notebook.finish(NUMBER["config"])
    command = view.get_by_role("treeitem", name="04 Control")
    expect(command).to_contain_text("BusMaster-")
    notebook.finish(NUMBER["master"])
    expect(command.locator("b")).to_have_text(["Mem+", "BusMaster+"])
    view.get_by_role("treeitem", name="Power Management version 3").click()
    expect(view.locator(".muser-byte.sel")).to_have_count(8)
    tree = view.get_by_role("tree")
    for key in ("ArrowLeft", "ArrowDown"):
        tree.press(key)
    expect(view.locator("[aria-selected=true][role=treeitem]")).to_contain_text("MSI: Enable-")
    view.locator(".muser-byte").nth(6).click()
    expect(view.locator("[aria-selected=true][role=treeitem]")).to_contain_text("Status")


def test_the_map_of_dma_opens_memory(notebook: Notebook) -> None:
    view = notebook.finish(NUMBER["dma"])
    expect(view.get_by_text("A driver or a guest maps memory")).to_be_visible()
    notebook.finish(NUMBER["share"])
    expect(view.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    row = view.locator(".muser-regions tr", has_text="0x100000")
    expect(row).to_contain_text("256 B in 1")
    view.get_by_role("listbox").press("ArrowRight")
    large = view.get_by_role("slider")
    for _ in range(8):
        large.press("PageUp")
    large.press("Enter")
    expect(view.locator(".muser-where")).to_contain_text("0x180000")
    expect(view.locator(".muser-byte.sel")).to_have_text("64")
    expect(grid(view)).to_be_focused()


def test_looking_adds_nothing_to_the_trace(notebook: Notebook) -> None:
    notebook.output(NUMBER["memory"]).scroll_into_view_if_needed()
    expect(notebook.finish(NUMBER["compare"])).to_have_text("5 True")


def test_a_saved_notebook_shows_bytes_where_no_widget_runs(notebook: Notebook) -> None:
    cells = notebook.saved()
    for name, text in (
        ("memory", "00001000  48 65 6c 6c 6f"),
        ("config", "Capabilities: [40] Power Management version 3"),
        ("dma", "the client has mapped no memory"),
    ):
        shown = cells[NUMBER[name]]["outputs"][0]["data"]
        assert text in "".join(shown["text/plain"])
        assert text in "".join(shown["text/html"])
