"""The view of a trace as a person meets it: table, timeline, figures and files, in a browser."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Notebook
from .looks import check_looks

pytestmark = pytest.mark.browser

CELLS = {
    "load": "%load_ext muserlab\nimport random, time, muserlab as ml",
    "define": """
class EngineBar(ml.BAR, size=4096):
    CTRL = ml.RW(0x00, go=ml.bit(0), mode=ml.bits(7, 4))
    STATUS = ml.RO(0x04, busy=ml.bit(0), done=ml.bit(1))
    ADDR = ml.RW(0x08, size=8)
    LEN = ml.RW(0x10)
    IRQ = ml.W1C(0x14, any=ml.bit(0))
    CH = ml.RW(0x40, count=4)

dev = ml.PCIDevice("engine", id=(0x1234, 0x0002), bar0=EngineBar, msi=2)
lab = ml.serve(dev)

@dev.bar0.CTRL.on_write
def start(dev, new, old):
    if new.go:
        dev.bar0.STATUS.poke(done=1)
        dev.msi[0].fire()

def work(drv, times):
    chance = random.Random(1)
    for n in range(times):
        drv.bar0.ADDR.write(0x1000 * n)
        drv.bar0.LEN.write(64 + n)
        drv.bar0.CTRL.write(go=1, mode=n % 4)
        for _ in range(chance.randrange(6)):
            drv.bar0.STATUS.read()
        drv.bar0.IRQ.write(any=1)
        if n % 7 == 0:
            drv.bar0.CH[n % 4].write(n)
        time.sleep(0.0003 * chance.randrange(8))
""",
    "show": "dev.trace",
    "work": """
drv = lab.connect()
drv.msi.enable(2)
work(drv, 300)
print(len(dev.trace))
""",
    "busy": """
while True:
    drv.bar0.LEN.write(0x5a5a)
    if dev.bar0.STATUS.peek() == 0x77: break
""",
    "same": """
before = dev.trace.counts.pairs
time.sleep(1)
print(dev.trace.counts.pairs == before)
""",
    "lab": """
other = ml.PCIDevice("gpio", id=(0x1234, 0x0003), bar0=4096)
ml.serve(other)
with lab.connect("gpio") as pins:
    for n in range(20):
        pins.bar0.write_bytes(4 * n, bytes([n]))
lab.trace.view("access -where:STATUS")
""",
    "stop": "drv.close()\nlab.stop()",
}
NUMBER = {name: number for number, name in enumerate(CELLS)}


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[[str, list[str]], Notebook]) -> Notebook:
    """A device whose trace is shown."""
    opened = open_notebook("traced", [cell.strip() for cell in CELLS.values()])
    for name in ("load", "define", "show"):
        opened.finish(NUMBER[name])
    return opened


@pytest.fixture
def view(notebook: Notebook) -> Locator:
    """The view of the device's trace."""
    shown = notebook.output(NUMBER["show"])
    shown.scroll_into_view_if_needed()
    return shown.locator(".muser-trace")


def rows(view: Locator) -> Locator:
    """Return the rows in sight."""
    return view.locator(".muser-tracerow[data-number]:visible")


def cells(view: Locator, name: str) -> Locator:
    """Return the cells of a column in sight."""
    return rows(view).locator(f".muser-tracecell.{name}")


def caption(view: Locator) -> Locator:
    return view.locator(".muser-caption")


def filtered(view: Locator, text: str) -> None:
    """Type a filter."""
    entry = view.get_by_label("filter:")
    entry.fill(text)
    entry.press("Enter")


def last(view: Locator) -> int:
    """Return the number of the last event in sight."""
    return int(cells(view, "seq").last.inner_text())


def test_events_appear_while_they_happen(notebook: Notebook, view: Locator) -> None:
    expect(caption(view)).to_have_text("engine1 event")
    total = int(notebook.finish(NUMBER["work"]).inner_text())
    expect(caption(view)).to_have_text(f"engine{total:,} events")
    expect(cells(view, "seq").last).to_have_text(str(total))
    written = rows(view).filter(has_text="bar0.CTRL").last
    expect(written).to_contain_text("go=1 mode=3")
    assert rows(view).count() < 40, "only what is in sight exists"


def test_each_access_says_how_long_it_took(view: Locator) -> None:
    filtered(view, "kind:irq")
    expect(cells(view, "kind").first).to_have_text("irq")
    expect(cells(view, "took").first).to_have_text("")
    filtered(view, "kind:write took>0")
    expect(cells(view, "kind").first).to_have_text("write")
    rows(view).first.click()
    took = view.locator(".muser-active .took")
    expect(took).to_have_text(re.compile(r"^[\d.]+ (ns|µs|ms)$"))
    expect(view.locator(".muser-detail")).to_contain_text(took.inner_text())
    filtered(view, "")


def test_a_filter_is_for_everything_and_says_what_it_does_not_understand(view: Locator) -> None:
    filtered(view, "kind:write where:CH data>0x100")
    expect(caption(view)).to_have_text("engine6 events")
    expect(cells(view, "where").first).to_have_text(re.compile(r"bar0\.CH\[\d\]"))
    filtered(view, "kind:wriet where:CH")
    wrong = view.locator(".muser-wrong")
    expect(wrong).to_contain_text("did you mean write")
    expect(wrong.locator("mark")).to_have_text("kind:wriet")
    expect(caption(view)).to_have_text("engine6 events")
    filtered(view, "client:nobody")
    expect(view.locator(".muser-none")).to_have_text("no event passes the filter")
    view.get_by_label("clear the filter").click()
    expect(wrong).to_have_text("")
    expect(caption(view)).to_contain_text(re.compile(r"engine\d,\d+ events"))


def test_jumping_leads_to_a_number_and_to_a_time(view: Locator) -> None:
    entry = view.get_by_label("go to:")
    entry.fill("#100")
    entry.press("Enter")
    active = view.locator(".muser-tracerow.muser-active")
    expect(active.locator(".seq")).to_have_text("100")
    detail = view.locator(".muser-detail")
    expect(detail).to_contain_text("#100")
    expect(detail).to_contain_text("clientpid")
    entry.fill("-1ms")
    entry.press("Enter")
    expect(view.locator(".muser-detail")).not_to_contain_text("#100")
    entry.fill("nowhere")
    entry.press("Enter")
    expect(view.locator(".muser-wrong")).to_contain_text("“nowhere” is no place")


def test_the_keyboard_walks_through_the_table(view: Locator, page: Page) -> None:
    table = view.get_by_role("grid", name="events")
    table.focus()
    page.keyboard.press("Home")
    active = view.locator(".muser-tracerow.muser-active")
    expect(active.locator(".seq")).to_have_text("1")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "PageDown"):
        page.keyboard.press(key)
    expect(active.locator(".seq")).not_to_have_text("2")
    follow = view.get_by_role("button", name="follow")
    expect(follow).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("End")
    expect(follow).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+PageDown")
    expect(view.locator(".muser-exports")).to_contain_text(re.compile(r"selected: \d+ events"))
    page.keyboard.press("Escape")
    expect(view.locator(".muser-exports")).to_contain_text("all ")


def test_a_timeline_is_zoomed_hovered_and_leads_to_events(view: Locator, page: Page) -> None:
    canvas = view.locator("canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile(r"timeline of \d+ lanes"))
    canvas.hover(position={"x": 500, "y": 110})
    tip = view.locator(".muser-tip")
    expect(tip).to_contain_text(" s")
    view.get_by_role("grid", name="events").focus()
    page.keyboard.press("Home")
    number = view.locator(".muser-tracerow.muser-active .seq")
    expect(number).to_have_text("1")
    canvas.click(position={"x": 500, "y": 8})
    expect(number).to_have_text(re.compile(r"^(?!1$)\d+$"))  # a moment later, when its row is here
    before = canvas.get_attribute("aria-label")
    assert before is not None
    for _ in range(9):
        page.keyboard.press("+")
    expect(canvas).to_have_attribute("aria-label", re.compile("µs|ms"))
    before_step = int(number.inner_text())
    page.keyboard.press("n")
    expect(number).to_have_text(str(before_step + 1))
    told = view.locator(".muser-timeline [role=status]")
    expect(told).to_contain_text(view.locator(".muser-active .where").inner_text())
    page.keyboard.press("0")
    expect(canvas).to_have_attribute("aria-label", before)


def test_a_span_is_selected_by_dragging_and_exported(
    notebook: Notebook, view: Locator, page: Page
) -> None:
    box = view.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 100, steps=4)  # work's end is in it
    page.mouse.up()
    selected = view.locator(".muser-exports")
    expect(selected).to_contain_text(re.compile(r"selected: [\d,]+ events"))
    found = re.search(r"selected: ([\d,]+) events", selected.inner_text())
    assert found is not None
    count = int(found[1].replace(",", ""))
    name = view.get_by_label("file:")
    expect(name).to_have_value("engine-1.jsonl")
    name.fill("span.json")
    view.get_by_role("button", name="export").click()
    expect(view).to_contain_text(f"{count:,} events written to ")
    written = json.loads((notebook.file.parent / "span.json").read_text())["traceEvents"]
    assert sum(event["ph"] in "iX" for event in written) == count
    view.get_by_role("button", name="export").click()
    expect(view.locator(".muser-said")).to_contain_text("exists already")
    view.get_by_role("button", name="clear", exact=True).click()
    expect(selected).to_contain_text("all ")


def test_statistics_tell_rates_and_the_busiest_places(view: Locator) -> None:
    button = view.get_by_role("button", name="statistics")
    button.click()
    figures = view.locator(".muser-figures")
    expect(figures).to_contain_text("bar0.STATUS")
    expect(figures).to_contain_text("time from one event to the next")
    lengths = figures.locator("section", has_text="how long accesses took")
    expect(lengths).to_contain_text(re.compile(r"median [\d.]+ .s · 99 % within .* · longest"))
    counts = lengths.locator("tbody td:nth-child(2)").all_inner_texts()
    assert sum(int(count.replace(",", "")) for count in counts) >= 300
    slowest = figures.locator("section", has_text="slowest").locator("tbody tr").first
    expect(slowest).to_contain_text("bar0.CTRL")  # whose hook fires an interrupt
    check_looks(view, "trace")
    button.click()
    expect(figures).to_be_hidden()


def test_pausing_holds_the_view_while_a_busy_cell_goes_on(
    notebook: Notebook, view: Locator
) -> None:
    expect(view.get_by_role("button", name="follow")).to_be_visible()
    follow = view.get_by_role("button", name="follow")
    if follow.get_attribute("aria-pressed") == "false":
        follow.click()
    notebook.run(NUMBER["busy"])
    view.scroll_into_view_if_needed()
    expect(cells(view, "data").last).to_have_text("0x00005a5a")
    before = last(view)
    expect(cells(view, "seq").last).not_to_have_text(str(before))
    pause = view.get_by_role("button", name="pause")
    pause.click()
    expect(caption(view)).to_contain_text("paused")
    held = last(view)
    expect(caption(view)).to_contain_text(re.compile(r"paused, [\d,]{3,} since"))
    assert last(view) == held
    pause.click()
    expect(caption(view)).not_to_contain_text("paused")
    expect(cells(view, "seq").last).not_to_have_text(str(held))
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('kernelmenu:interrupt')")
    notebook.ended(NUMBER["busy"])


def test_nothing_is_accessed_by_looking(notebook: Notebook, view: Locator) -> None:
    expect(view).to_be_visible()
    expect(notebook.finish(NUMBER["same"])).to_have_text("True")


def test_all_devices_of_a_lab_are_one_trace(notebook: Notebook) -> None:
    view = notebook.finish(NUMBER["lab"]).locator(".muser-trace")
    view.scroll_into_view_if_needed()
    expect(view.get_by_label("filter:")).to_have_value("access -where:STATUS")
    expect(cells(view, "device").last).to_have_text("gpio")
    filtered(view, "device:gpio write data:0x13")
    expect(caption(view)).to_have_text(re.compile("engine, gpio1 event$"))


def test_a_stopped_lab_leaves_what_happened_and_says_so(notebook: Notebook, view: Locator) -> None:
    notebook.finish(NUMBER["stop"])
    view.scroll_into_view_if_needed()
    expect(view.locator(".muser-notice")).to_contain_text("not served any more")
    filtered(view, "kind:disconnect")
    expect(caption(view)).to_have_text(re.compile(r"1 event$"))
    shown = notebook.saved()[NUMBER["show"]]["outputs"][0]["data"]
    assert "<table>" in "".join(shown["text/html"])
