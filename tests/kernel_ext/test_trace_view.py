"""The view of a trace as Python has it: windows, timelines, figures, jumps, files."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muserlab as ml
from muserlab.kernel_ext.widgets.trace import TraceWidget
from muserlab.lab import Lab, current
from muserlab.trace import TraceView


class Bar(ml.BAR, size=0x1000):
    CTRL = ml.RW(0x00, go=ml.bit(0), mode=ml.bits(7, 4))
    STAT = ml.RO(0x04)
    BUF = ml.Memory(0x800, 0x800)


class Clock:
    """A clock that goes on by 0.5 ms at each look at it; an access looks twice."""

    def __init__(self) -> None:
        self.now = 10**12

    def __call__(self) -> int:
        self.now += 500_000
        return self.now


class Page:
    """A page that shows a widget: what one view of it has been sent."""

    def __init__(self, widget: TraceWidget, **wants: object) -> None:
        self.widget = widget
        self.parts: dict[str, Any] = {}
        self.messages = 0
        widget.send = self._receive  # pyright: ignore  # a page of the test's own
        self.see(**wants)

    def see(self, **wants: object) -> None:
        """Say what is wanted now, and that somebody looks."""
        self._say(view="page", seen=True, wants={"first": None, "count": 5, **wants})

    def do(self, **content: object) -> None:
        """Click."""
        self._say(**content)

    def look(self) -> None:
        """Let the widget look, as the thread of the views does."""
        self.widget.look()
        assert self.widget.said == ""

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events in the window, but the one before the first."""
        return [row[4] for row in self.parts["rows"]][-5:]

    @property
    def shown(self) -> list[Any]:
        """What it says when it is paused: what its rows' numbers belong to, and their end."""
        return [self.parts["scope"][0], self.parts["scope"][2]]

    def _say(self, **content: object) -> None:
        self.widget._heard(self.widget, content, [])

    def _receive(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.messages += 1
        self.parts.update(content["set"], **dict(zip(content["bytes"], buffers or [], strict=True)))
        for name in content["drop"]:
            del self.parts[name]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look do its work, however soon it comes."""
    monkeypatch.setattr("muserlab.kernel_ext.widgets.trace.view.REST_SECONDS", 0.0)


@pytest.fixture
def dev() -> ml.PCIDevice:
    device = ml.PCIDevice("engine", id=(0x1234, 1), bar0=Bar, msi=1)
    device.record_to(ml.Trace(1000, Clock()))
    return device


@pytest.fixture
def lab() -> Iterator[Lab]:
    with current() as lab:
        yield lab


def write(dev: ml.PCIDevice, value: int) -> None:
    dev.bar0.write(0, value.to_bytes(4, "little"))


# -- the table -------------------------------------------------------------------------------------


def test_a_view_that_follows_has_the_last_events_and_only_what_is_new(dev: ml.PCIDevice) -> None:
    for value in range(8):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view()))
    assert page.seqs == [4, 5, 6, 7, 8]
    messages = page.messages
    page.look()
    assert page.messages == messages
    write(dev, 0x31)
    page.look()
    assert page.messages == messages + 1
    assert page.parts["rows"][-1] == [
        *(0, "write", 8_000_000, "", 9),
        *("write", "bar0.CTRL", "0x0", "0x00000031", "", "", 500_000),
    ]


def test_rows_tell_what_the_data_means_while_the_device_is_served(
    dev: ml.PCIDevice, lab: Lab
) -> None:
    lab.serve(dev)
    write(dev, 0x31)
    dev.bar0.write(0x800, bytes(4))
    dev.bar0.read(2, 2)
    page = Page(TraceWidget(dev.trace.view()))
    assert [row[9] for row in page.parts["rows"]] == ["go=1 mode=3", "", ""]


def test_a_window_stays_where_it_is(dev: ml.PCIDevice) -> None:
    for value in range(100):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view()), first=-50)
    assert page.parts["scope"][1:3] == [-100, 0]
    assert page.seqs == [51, 52, 53, 54, 55]
    write(dev, 0)
    page.look()
    assert page.seqs == [51, 52, 53, 54, 55]


def test_a_filter_is_for_all_that_is_kept(dev: ml.PCIDevice) -> None:
    for value in range(300):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view("data:0..2")))
    assert page.widget.filter == "data:0..2"
    assert page.seqs == [1, 2, 3]
    generation = page.parts["scope"][0]
    page.do(filter="data:0x12b,17")
    assert page.seqs == [18, 300]
    assert page.parts["scope"][0] != generation
    page.do(filter="kind:wriet")
    assert page.widget.wrong == ["wriet is no kind of event; did you mean write", 0, 10]
    assert page.seqs == [18, 300]
    page.do(filter="")
    assert page.widget.wrong == []
    assert page.seqs == [296, 297, 298, 299, 300]


def test_pausing_holds_what_is_shown_however_much_is_recorded(dev: ml.PCIDevice) -> None:
    for value in range(8):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view()))
    page.do(pause=page.shown)
    for value in range(2000):
        write(dev, value)
    page.look()
    assert page.seqs == [4, 5, 6, 7, 8]
    assert page.parts["scope"][4] == 2000
    page.do(pause=None)
    assert page.seqs == [2004, 2005, 2006, 2007, 2008]
    assert page.parts["scope"][4] is None


def test_what_was_shown_when_somebody_paused_stays_not_what_comes_after(dev: ml.PCIDevice) -> None:
    for value in range(3):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view()), axis=[None, None, None, 10], figures=True)
    for value in range(5):
        write(dev, value)
    page.look()
    shown, before = page.shown, dict(page.parts)
    write(dev, 0x31)
    page.look()  # on its way to the page
    write(dev, 0x31)
    page.do(pause=shown)  # as of before
    assert page.seqs == [4, 5, 6, 7, 8]
    assert page.parts["scope"][4] == 2
    for part in ("rows", "axis", "marks", "figures"):
        assert page.parts[part] == before[part]
    page.do(filter="data:0x31")
    assert page.seqs == []
    page.do(filter="data:4,0x31")
    assert page.seqs == [8]
    page.do(pause=None)
    assert page.seqs == [8, 9, 10]


def test_a_page_that_paused_before_a_filter_came_holds_what_passes_it(dev: ml.PCIDevice) -> None:
    page = Page(TraceWidget(dev.trace.view()))
    for value in range(4):
        write(dev, value)
    page.look()
    numbering, _ = page.shown
    page.do(filter="data:2..4")
    for value in range(5):
        write(dev, value)
    page.look()
    page.do(pause=[numbering, 1])
    assert page.seqs == [3, 4, 7, 8, 9]


def test_a_closer_look_has_all_of_an_event(dev: ml.PCIDevice, lab: Lab) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.write_bytes(0x800, b"Hello, World!")
        page = Page(TraceWidget(dev.trace.view("kind:write")), active=-1)
    event = page.parts["active"]
    assert (event["where"], event["offset"], event["size"]) == ("bar0.BUF", "0x800", 13)
    assert event["data"].startswith("48 65 6c 6c 6f")
    assert event["text"] == "Hello, World!"
    assert event["client"].startswith("pid ")
    assert event["took"] == 500_000
    page.see(active=17)
    assert page.parts["active"] is None


def test_two_devices_are_one_table(dev: ml.PCIDevice, lab: Lab) -> None:
    other = ml.PCIDevice("other", id=(0x1234, 2), bar0=Bar)
    lab.serve(dev)
    page = Page(TraceWidget(lab.trace))
    assert page.widget.several
    lab.serve(other)
    write(other, 1)
    page.look()
    assert page.parts["rows"][-1][3] == "other"
    assert page.parts["title"] == "engine, other"


def test_a_stopped_lab_leaves_what_happened(dev: ml.PCIDevice, lab: Lab) -> None:
    lab.serve(dev)
    write(dev, 1)
    page = Page(TraceWidget(lab.trace))
    assert page.widget.stopped == ""
    lab.stop()
    page.look()
    assert "not served any more" in page.widget.stopped
    assert page.seqs == [1]


def test_a_trace_from_a_file_is_shown_too(dev: ml.PCIDevice, tmp_path: Path) -> None:
    for value in range(8):
        write(dev, value)
    dev.trace.export(tmp_path / "run.jsonl")
    page = Page(TraceWidget(ml.Trace.load(tmp_path / "run.jsonl").view()))
    assert page.seqs == [4, 5, 6, 7, 8]
    assert page.widget.stopped == ""


WANTS = st.dictionaries(
    st.sampled_from(["first", "count", "axis", "span", "active", "figures", "jump"]),
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=4),
    ),
)


@given(WANTS, st.dictionaries(st.sampled_from(["filter", "pause", "export"]), st.integers()))
def test_a_page_that_talks_nonsense_does_no_harm(
    wants: dict[str, Any], content: dict[str, Any]
) -> None:
    trace = ml.Trace(4, Clock())
    trace.record(ml.Kind.LOG, "a")
    page = Page(TraceWidget(trace.view()))
    page.see(**wants)
    page.do(**content)
    assert page.widget.said == ""


# -- the timeline ----------------------------------------------------------------------------------


def test_a_timeline_has_single_events_where_there_are_few(dev: ml.PCIDevice) -> None:
    write(dev, 0x17)
    dev.msi[0].fire()
    page = Page(TraceWidget(dev.trace.view()), axis=[None, None, None, 100])
    assert [name for _, name in page.parts["lanes"]] == ["bar0.CTRL", "msi[0]"]
    assert page.parts["marks"] == [
        [-2, 0, 0, "write", "0x17", 0, 500_000],
        [-1, 500_000, 1, "irq", "", 500_000, 0],
    ]
    since, until = page.parts["axis"]
    assert since < 0 < 500_000 < until
    assert page.parts["ends"] == (0, 500_000)
    page.see()
    assert "marks" not in page.parts


def test_a_timeline_knows_from_when_to_when_an_access_was(dev: ml.PCIDevice) -> None:
    dev.bar0.CTRL.on_write(lambda dev, new, old: dev.msi[0].fire())
    write(dev, 0x17)
    dev.bar0.read(4, 4)
    page = Page(TraceWidget(dev.trace.view("access")), axis=[None, None, None, 100])
    (*_, written, wrote), (_, answered, *_, began, read) = page.parts["marks"]
    assert (written, wrote) == (500_000, 1_000_000)
    assert (answered, began, read) == (2_500_000, 2_000_000, 500_000)


def test_a_timeline_counts_many_events(dev: ml.PCIDevice) -> None:
    dev.record_to(ml.Trace(5000, Clock()))
    for value in range(3000):
        write(dev, value)
        dev.bar0.read(4, 4)
    page = Page(TraceWidget(dev.trace.view()), axis=[None, None, None, 10])
    assert page.parts["series"] == [(1, "read"), (0, "write")] or page.parts["series"] == [
        (0, "write"),
        (1, "read"),
    ]
    counts = memoryview(page.parts["counts"]).cast("H")
    assert sum(counts) == 5000
    page.see(axis=[0, 3_000_000, None, 10])
    assert page.parts["axis"] == [0, 3_000_000]
    page.see(axis=[None, None, 50_000_000, 10])
    since, until = page.parts["axis"]
    assert until - since == 50_000_000
    assert until > page.parts["ends"][1]


# -- figures, jumps and spans ---------------------------------------------------------------------


def test_figures_are_of_what_is_selected_or_of_everything(dev: ml.PCIDevice) -> None:
    for value in range(10):
        write(dev, value)
    dev.bar0.read(4, 4)
    page = Page(TraceWidget(dev.trace.view()), figures=True)
    figures = page.parts["figures"]
    assert (figures["total"], figures["seconds"]) == (11, 0.01)
    assert figures["kinds"] == [("write", 10), ("read", 1)]
    assert figures["busy"][0] == ["", "bar0.CTRL", 10, 0, 10]
    assert figures["gaps"] == [(20, 10)]
    assert figures["lengths"] == [(19, 11)]
    assert figures["took"] == {"count": 11, **dict.fromkeys(("median", "p99", "longest"), 500_000)}
    assert figures["slow"] == [
        ["", "read", "bar0.STAT", 1, 500_000, 500_000],
        ["", "write", "bar0.CTRL", 10, 500_000, 500_000],
    ]
    page.see(figures=True, span=[2_000_000, 4_000_000])
    assert page.parts["figures"]["total"] == page.parts["selected"] == 3


@pytest.mark.parametrize(
    ("text", "row"),
    [("#7", 7), ("7", 7), ("1", 1), ("999", 100), ("12ms", 13), (".012s", 13), ("-10ms", 90)],
)
def test_a_jump_leads_to_an_event(dev: ml.PCIDevice, text: str, row: int) -> None:
    for value in range(100):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view()), jump=[1, text])
    assert page.parts["jump"] == [1, row - 101, ""]


def test_a_jump_to_nowhere_says_so(dev: ml.PCIDevice) -> None:
    page = Page(TraceWidget(dev.trace.view()), jump=[1, "5"])
    assert page.parts["jump"] == [1, None, "there is no event to go to"]
    write(dev, 1)
    page.see(jump=[2, "tomorrow"])
    assert "“tomorrow” is no place: say 17" in page.parts["jump"][2]


def test_a_time_of_day_leads_to_what_happened_then() -> None:
    trace = ml.Trace()
    for _ in range(3):
        trace.record(ml.Kind.LOG, "a")
    page = Page(TraceWidget(trace.view()), jump=[1, "00:00"])
    assert page.parts["jump"][1] in {-3, -1}  # the first, unless it is that very moment
    assert page.parts["jump"][2] == ""


# -- files -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_selected_span_is_written_to_a_file(dev: ml.PCIDevice, folder: Path) -> None:
    for value in range(3000):
        write(dev, value)
    page = Page(TraceWidget(dev.trace.view("data!=2998"), "engine"))
    assert page.widget.proposal == "engine-1.jsonl"
    last = dev.trace[-1].time_ns - dev.trace[0].time_ns
    page.do(export=["engine-1.jsonl", [last - 3_000_000, last]])
    assert page.widget.told == f"3 events written to {folder}/engine-1.jsonl"
    assert page.widget.proposal == "engine-2.jsonl"
    assert [event.seq for event in ml.Trace.load("engine-1.jsonl")] == [2997, 2998, 3000]


def test_everything_is_written_for_a_trace_viewer(dev: ml.PCIDevice, folder: Path) -> None:
    for value in range(900):
        write(dev, value)
    page = Page(TraceWidget(TraceView(lambda: {"engine": dev.trace})))
    page.do(export=["all.json", None])
    assert page.widget.told.startswith("900 events written")
    events = json.loads((folder / "all.json").read_text())["traceEvents"]
    assert sum(event["ph"] == "X" for event in events) == 900


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("there.csv", "exists already; choose another name"),
        ("what.txt", r"ends in \.jsonl"),
        ("no/such/folder.csv", "No such file"),
    ],
)
def test_a_file_that_cannot_be_written_is_told(
    dev: ml.PCIDevice, folder: Path, name: str, reason: str
) -> None:
    (folder / "there.csv").write_text("mine")
    page = Page(TraceWidget(dev.trace.view()))
    page.do(export=[name, None])
    assert reason.replace("\\", "") in page.widget.said
    assert (folder / "there.csv").read_text() == "mine"
    page.do(export=["fine.csv", None])
    assert page.widget.said == ""


def test_a_large_file_is_written_in_several_looks_while_the_lab_runs(
    dev: ml.PCIDevice, lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muserlab.kernel_ext.widgets.trace.view.SECONDS_A_LOOK", 0.0)
    dev.record_to(ml.Trace(10_000, Clock()))
    lab.serve(dev)
    for value in range(5000):
        write(dev, value)
    widget = TraceWidget(dev.trace.view())
    while widget._index.advance():
        pass
    page = Page(widget)
    page.do(export=["all.csv", None])
    assert page.widget.told.endswith("so far")
    page.do(view="page", seen=False)
    assert page.widget.watched, "it goes on though nobody looks"
    for _ in range(10):
        page.look()
    assert page.widget.told.startswith("5,000 events written")
    assert not page.widget.watched


# -- quiet -----------------------------------------------------------------------------------------


def test_looking_leaves_no_trace(dev: ml.PCIDevice, lab: Lab, folder: Path) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.CTRL.write(go=1)
        page = Page(
            TraceWidget(dev.trace.view("write")),
            axis=[None, None, None, 100],
            figures=True,
            active=-1,
            span=[0, 10**9],
            jump=[1, "1"],
        )
        before = dev.trace.counts.pairs
        page.do(filter="")
        page.do(pause=page.shown)
        page.do(pause=None)
        page.do(export=["x.csv", None])
        page.look()
        assert dev.trace.counts.pairs == before


def test_a_still_picture_has_the_last_events_escaped(dev: ml.PCIDevice) -> None:
    dev.trace.record(ml.Kind.LOG, "<b>", note="a & b")
    for value in range(30):
        write(dev, value)
    widget = TraceWidget(dev.trace.view("log,write"), "<engine>")
    bundle, _ = widget._repr_mimebundle_()
    assert "&lt;engine&gt;: the last of 31 events" in bundle["text/html"]
    assert "0x0000001d" in bundle["text/html"]
    assert len(bundle["text/plain"].splitlines()) == 22
    widget = TraceWidget(dev.trace.view("log"))
    bundle, _ = widget._repr_mimebundle_()
    assert "&lt;b&gt;" in bundle["text/html"]
    assert threading.active_count() >= 1
