"""What scrolling costs a page, and how much is sent for it, as the browser itself measures it.

Run it as `python -m benchmarks.widgets`. A real Chromium shows one view at a time and moves it in
every frame: row by row with the wheel, page by page with the keys, from end to end with the
scrollbar. Told are the time that the page's thread was busy for a frame (script, style, layout and
paint), the longest time between two frames, how much Python sent for a window, and how long it
looked for that. What is scrolled through is of all sizes: the figures must not grow with them.
"""

import importlib
import shutil
import statistics
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

import muserlab as ml
from tests.kernel_ext.chromium import CHROMIUM_FLAGS
from tests.kernel_ext.mounted import Mounted, blank

FRAMES = 200
WINDOWS = 40
SIZES = {"64 KiB": 1 << 16, "1 GiB": 1 << 30, "64 GiB": 1 << 36}
MOVES = {
    "wheel": """if (el.dispatchEvent(new WheelEvent("wheel", { deltaY: 57, cancelable: true }))) {
        el.scrollTop += 57; // as the browser does it, where nobody else did
    }""",
    "keys": 'el.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown" }))',
    "scrollbar": "el.scrollTop = at * (el.scrollHeight - el.clientHeight)",
}
HEAD = ("bytes", "moved by", "busy a frame", "longest frame", "sent a window", "looked for it")

# Moves in every frame, and resolves with the times between them in milliseconds.
SCROLL = """(el, frames) => new Promise((done) => {
    const times = [];
    const step = () => {
        times.push(performance.now());
        const at = times.length / frames;
        MOVE;
        if (times.length <= frames) requestAnimationFrame(step);
        else done(times.slice(1).map((now, i) => now - times[i]));
    };
    requestAnimationFrame(step);
})"""


@contextmanager
def empty_page() -> Generator[tuple[Page, Any]]:
    """Give a page of a browser of its own, and what asks the browser how busy it was."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        asked: Any = page.context.new_cdp_session(page)
        asked.send("Performance.enable")
        yield page, asked
        browser.close()


def busy(asked: Any) -> float:
    """Return how many seconds the page's thread has worked."""
    answer = asked.send("Performance.getMetrics")
    return float(next(one["value"] for one in answer["metrics"] if one["name"] == "TaskDuration"))


def scroll(view: Mounted, asked: Any, move: str) -> tuple[float, float]:
    """Return the milliseconds of work for a frame, and the longest time between two frames."""
    grid = view.el.get_by_role("grid")
    before = busy(asked)
    times: list[float] = grid.evaluate(SCROLL.replace("MOVE", MOVES[move]), FRAMES)
    return (busy(asked) - before) / FRAMES * 1000, max(times)


def windows(view: Mounted, move: str) -> tuple[float, float]:
    """Return the bytes that are sent for a window, and the milliseconds that Python took for it."""
    grid = view.el.get_by_role("grid")
    looks: list[float] = []
    heard = view.widget._heard

    def timed(*message: Any) -> None:
        began = time.perf_counter()
        heard(*message)
        looks.append((time.perf_counter() - began) * 1000)

    view.widget._heard = timed
    before = view.bytes
    for i in range(WINDOWS):
        grid.evaluate(f"(el, at) => {{ {MOVES[move]}; }}", i / WINDOWS)
        view.settle()
    view.widget._heard = heard
    return (view.bytes - before) / WINDOWS, statistics.median(looks)


def memory(size: int) -> Any:
    """Return a view of that many bytes, of which some hold something."""

    class Bar(ml.DeviceRegion, size=size):
        pass

    device = ml.PCIDevice("large", id=(0x1234, 1), regions=[Bar])
    region = device.region(9)
    for i in range(256):
        region.poke(i * size // 256, bytes(range(256)))
    views: Any = importlib.import_module("muserlab.kernel_ext.widgets")
    return views.memory_view(region.memory, device)


def main() -> None:
    """Measure, and print a table."""
    table = Table(*HEAD, box=None)
    with empty_page() as (page, asked):
        for name, size in SIZES.items():
            for move in MOVES:
                blank(page)
                view = Mounted(page, memory(size))
                sent, looked = windows(view, move)
                work, longest = scroll(view, asked, move)
                table.add_row(
                    *(name, move, f"{work:.2f} ms", f"{longest:.0f} ms"),
                    *(f"{sent:,.0f} B", f"{looked:.2f} ms"),
                )
    Console().print(table)


if __name__ == "__main__":
    main()
