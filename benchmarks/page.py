"""A notebook in a real JupyterLab, in a real browser that tells how it fares while one scrolls.

What moves it is the mouse: its wheel, and the thumb of a scrollbar. So everything from the
browser's own handling of events to the kernel's answers is in what is measured.
"""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rig.chromium import CHROMIUM_FLAGS, find_chromium
from benchmarks.rig.jupyterlab import READY, RUN, STOP, run_jupyterlab

if TYPE_CHECKING:  # the benchmark runs where it is missing, but for this
    from playwright.sync_api import FloatRect, Locator, WebSocket
    from playwright.sync_api import Page as Tab

PATIENCE = 180_000
"""The most that anything here may take, in milliseconds."""

NOTCH = 120
"""Pixels for a notch of the wheel."""

THUMB = 25
"""Pixels from the upper end of a scrollbar to its thumb, past the arrow."""

_WATCH = """() => {
    const told = { frames: [], tasks: [] };
    const take = (entries) => told.tasks.push(...entries.map((entry) => entry.duration));
    const tasks = new PerformanceObserver((list) => take(list.getEntries()));
    tasks.observe({ type: "longtask" });
    let before = null;
    let wanted = requestAnimationFrame(function frame(now) {
        if (before !== null) told.frames.push(now - before);
        before = now;
        wanted = requestAnimationFrame(frame);
    });
    window.watched = () => {
        cancelAnimationFrame(wanted);
        take(tasks.takeRecords());
        tasks.disconnect();
        return told;
    };
}"""
"""Notes the times between frames and of tasks that last 50 ms or more, until it is asked."""

_COMPLETE = """(grid, [selector, text]) => new Promise((done) => {
    const began = performance.now();
    const all = () => [...grid.querySelectorAll(selector)];
    const waits = () => all().some((one) => one.textContent === text);
    let frames = 0;
    requestAnimationFrame(function look() {
        frames += 1; // the second one shows what has moved
        if (frames <= 2 || waits()) {
            requestAnimationFrame(look);
        } else {
            done(performance.now() - began);
        }
    });
})"""
"""Resolves once no row in sight waits for what it shows, with the milliseconds that took."""


@dataclass(frozen=True)
class Missing:
    """How a view shows that it waits for a row: elements with a text."""

    selector: str
    text: str


@dataclass(frozen=True)
class Scrolled:
    """What scrolling was like; times are in milliseconds.

    `frames` are the times between frames, `work` is what all of them took of the CPU on the page's
    main thread, `settled` the time from the last movement until all rows there were complete.
    """

    frames: Sequence[float]
    longest_task: float
    work: float
    settled: float
    received: int


class Grid:
    """The table of a view, in an output of the notebook."""

    def __init__(self, notebook: "Notebook", locator: "Locator", missing: Missing) -> None:
        self._notebook = notebook
        self._tab = notebook.tab
        self._locator = locator
        self._missing = missing

    def turn(self, steps: int) -> Scrolled:
        """Go down from the top by so many notches of the wheel."""
        self._locator.focus()
        self._tab.keyboard.press("Home")
        box = self._box()
        self._tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        return self._measured([partial(self._tab.mouse.wheel, 0, NOTCH)] * steps)

    def drag(self, steps: int) -> Scrolled:
        """Go from the top to the bottom by the scrollbar, in so many movements."""
        self._locator.evaluate("grid => { grid.scrollTop = 0; }")
        box = self._box()
        x, y = box["x"] + box["width"] - 6, box["y"] + THUMB
        self._tab.mouse.move(x, y)
        self._tab.mouse.down()
        length = box["height"] - 2 * THUMB + 2
        way = [y + length * (number + 1) / steps for number in range(steps)]
        scrolled = self._measured([partial(self._tab.mouse.move, x, at) for at in way])
        self._tab.mouse.up()
        at_end: bool = self._locator.evaluate(
            "grid => grid.scrollTop >= grid.scrollHeight - grid.clientHeight - 1"
        )
        assert at_end, "the scrollbar was not dragged to its end"
        return scrolled

    def _box(self) -> "FloatRect":
        self._locator.scroll_into_view_if_needed()
        self._complete()
        box = self._locator.bounding_box()
        assert box is not None
        return box

    def _measured(self, movements: Sequence[Any]) -> Scrolled:
        work, received = self._notebook.worked(), self._notebook.received
        self._tab.evaluate(_WATCH)
        for move in movements:
            move()
        settled = self._complete()
        told = self._tab.evaluate("() => window.watched()")
        return Scrolled(
            told["frames"],
            max(told["tasks"], default=0.0),
            self._notebook.worked() - work,
            settled,
            self._notebook.received - received,
        )

    def _complete(self) -> float:
        missing = [self._missing.selector, self._missing.text]
        took: float = self._locator.evaluate(_COMPLETE, missing)
        return took


class Notebook:
    """An open notebook, and how many bytes the kernel's connection has brought."""

    def __init__(self, tab: "Tab") -> None:
        self.tab = tab
        self.received = 0
        tab.on("websocket", self._count)
        self._browser: Any = tab.context.new_cdp_session(tab)
        self._browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def run(self, number: int) -> None:
        """Run a cell by its number."""
        self.tab.evaluate(RUN, number)

    def output(self, number: int, selector: str) -> "Locator":
        """Return what a cell shows, once it is there."""
        cell = self.tab.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{number}']")
        found = cell.locator(f".jp-OutputArea {selector}").first
        found.wait_for()
        return found

    def worked(self) -> float:
        """Return how many milliseconds of a CPU the page's main thread has used."""
        metrics = self._browser.send("Performance.getMetrics")["metrics"]
        seconds: float = next(one["value"] for one in metrics if one["name"] == "TaskDuration")
        return 1000 * seconds

    def _count(self, connection: "WebSocket") -> None:
        def came(data: bytes | str) -> None:
            self.received += len(data)

        connection.on("framereceived", came)


@contextmanager
def open_notebook(cells: Sequence[str]) -> Generator[Notebook]:
    """Open a notebook of these cells for the length of a block, its kernel ready."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory(prefix="bench") as home,
        run_jupyterlab(Path(home)) as lab,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=find_chromium(),
            args=CHROMIUM_FLAGS,
            ignore_default_args=["--hide-scrollbars"],
        ) as browser,
        browser.new_page(viewport={"width": 1280, "height": 900}) as tab,
    ):
        tab.set_default_timeout(PATIENCE)
        notebook = Notebook(tab)
        tab.goto(lab.address(lab.write("scrolling", cells)))
        tab.wait_for_function(READY)
        yield notebook
        tab.evaluate(STOP)
