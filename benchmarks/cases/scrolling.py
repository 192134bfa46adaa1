"""What it is like to scroll through much in a notebook: how late frames are, and what is sent."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from benchmarks.client import Reading, percentile
from benchmarks.figures import Case, Subject
from benchmarks.page import Grid, Missing, Scrolled, open_notebook

MEMORY = "1 GiB of memory"
TRACE = "a trace of a million events"
VIEWS = (MEMORY, TRACE)
BROWSER = "in a browser"

WHEEL = "by the wheel"
DRAGGED = "by the scrollbar"
MOVES = (WHEEL, DRAGGED)

LONGEST = "longest frame"
TASK = "longest task"
WORK = "work a frame"
SETTLED = "until all rows are there"
RECEIVED = "received a frame"

_STEPS_A_SECOND = 1250
"""Steps for each second that a round lasts elsewhere: there is a frame or two to each."""

_FEWEST = 12

EVENTS = 1_000_000

_DEVICE = """\
%load_ext muserlab
import muserlab as ml
from muserlab.trace import Kind, Trace

dev = ml.PCIDevice("large", id=(0x1234, 1), bar0=1 << 30)
for n in range(256):
    dev.bar0.poke(n << 22, bytes(range(256)))

trace = Trace({events})
for n in range(trace.capacity):
    trace.record(Kind.WRITE, "bar0", 4 * n, n.to_bytes(4, "little"))
dev.record_to(trace)
lab = ml.serve(dev)
"""

_MISSING = {
    MEMORY: Missing(".muser-hexrow:not([hidden]) .muser-byte:first-child", "··"),
    TRACE: Missing(".muser-tracerow:not([hidden]) .seq", "…"),
}


def case(view: str, move: str, name: str) -> str:
    """Return the name of a case."""
    return f"{view}, {move}: {name}"


class Scrolling:
    """Views of a notebook, which is there while it is open."""

    def __init__(self) -> None:
        self._grids: Mapping[str, Grid] = {}
        self._last: dict[tuple[str, str], Scrolled] = {}

    @contextmanager
    def open(self) -> Generator[None]:
        """Show the views for the length of a block."""
        cells = [_DEVICE.format(events=EVENTS), "dev.bar0.memory", "dev.trace"]
        with open_notebook(cells) as notebook:
            for number in range(len(cells)):
                notebook.run(number)
            memory, trace = (notebook.output(number, "[role=grid]") for number in (1, 2))
            trace.scroll_into_view_if_needed()  # only what is in sight looks for its events
            notebook.output(2, f"[role=grid][aria-rowcount='{EVENTS + 1}']")
            views = {MEMORY: memory, TRACE: trace}
            self._grids = {
                name: Grid(notebook, grid, _MISSING[name]) for name, grid in views.items()
            }
            yield

    def cases(self) -> list[Case]:
        """Return the cases of each view: the first of a move scrolls, the others tell of that."""
        return [case for view in VIEWS for move in MOVES for case in self._of(view, move)]

    def _of(self, view: str, move: str) -> list[Case]:
        def scroll(seconds: float) -> Reading:
            steps = max(round(seconds * _STEPS_A_SECOND), _FEWEST)
            grid = self._grids[view]
            last = self._last[view, move] = (grid.turn if move == WHEEL else grid.drag)(steps)
            times = sorted(1000 * time for time in last.frames)
            return Reading(max(last.frames), percentile(times, 50), percentile(times, 99))

        def told(name: str) -> Subject:
            return lambda _: Reading(_told(self._last[view, move])[name])

        others = {TASK: "ms", WORK: "ms", SETTLED: "ms", RECEIVED: "bytes"}
        return [
            Case(case(view, move, LONGEST), "ms", {BROWSER: scroll}),
            *(
                Case(case(view, move, name), unit, {BROWSER: told(name)})
                for name, unit in others.items()
            ),
        ]


def _told(last: Scrolled) -> dict[str, float]:
    count = len(last.frames)
    return {
        TASK: last.longest_task,
        WORK: last.work / count,
        SETTLED: last.settled,
        RECEIVED: last.received / count,
    }
