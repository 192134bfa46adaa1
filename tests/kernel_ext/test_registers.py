"""The registers of real devices as a page gets them, without a page."""

from enum import Enum, IntFlag
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muserlab as ml
from muserlab.kernel_ext.widgets import registers_view
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.registers import RegistersView
from muserlab.lab import current


class Mode(Enum):
    SLOW = 0
    FAST = 3


class Cause(IntFlag):
    RX = 1
    TX = 2


class Channel(ml.RegisterFile):
    ADDR = ml.RW(0x00, size=8)
    CTRL = ml.RW(0x08, go=ml.bit(0), cause=ml.bits(5, 4, enum=Cause))


class Bar(ml.BAR, size=0x1000):
    A = ml.RW(0x00, doc="<the> operand")
    CTRL = ml.RW(0x04, go=ml.bit(0), mode=ml.bits(5, 4, enum=Mode), level=ml.bits(15, 8))
    EVENTS = ml.RC(0x08, size=8)
    TAG = ml.RW(0x10, count=3)
    CH = ml.Block(0x100, Channel, count=2, stride=0x20)


class Other(ml.BAR, size=0x100):
    B = ml.RO(0x00, reset=5)


def device(bar: type[ml.BAR] = Bar) -> ml.PCIDevice:
    return ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=bar, bar2=Other, msi=2)


@pytest.fixture
def dev() -> ml.PCIDevice:
    return device()


@pytest.fixture
def view(dev: ml.PCIDevice) -> RegistersView:
    return RegistersView(Following(dev))


def picture(view: RegistersView, **wants: Any) -> dict[str, Any]:
    """Return what a view that wants this shows at the next look."""
    click(view, view="a", seen=True, wants={"first": 0, "count": 100, **wants})
    return dict(view._views["a"].shows)


def lines(view: RegistersView, **wants: Any) -> list[dict[str, Any]]:
    return [line for name, line in picture(view, **wants).items() if name.startswith("line")]


def keys(view: RegistersView, **wants: Any) -> list[str]:
    return [line.get("key") or f"[{line['group']}]" for line in lines(view, **wants)]


def line(view: RegistersView, key: str, **wants: Any) -> dict[str, Any]:
    (found,) = [line for line in lines(view, **wants) if line.get("key") == key]
    return found


def click(view: RegistersView, /, **content: object) -> None:
    """Let the page say something."""
    view._heard(view, content, [])


def test_a_line_tells_a_register_with_value_and_fields(
    dev: ml.PCIDevice, view: RegistersView
) -> None:
    dev.bar0.CTRL.poke(go=1, mode=Mode.FAST, level=0x7F)
    dev.bar0.CTRL.go.on_write(lambda dev, new, old: None)
    ctrl = line(view, "CTRL")
    assert (ctrl["offset"], ctrl["access"], ctrl["value"]) == ("0x0004", "RW", "0x00007f31")
    assert ctrl["fields"] == [["go", "1", False], ["mode", "FAST", False], ["level", "0x7f", False]]
    assert ctrl["hooks"] == ["go.on_write v1"]
    assert line(view, "EVENTS")["value"] == "0x0000000000000000"


def test_accesses_are_counted_and_the_last_one_is_told(
    dev: ml.PCIDevice, view: RegistersView
) -> None:
    dev.bar0.write(0, bytes(4))
    assert line(view, "A")["last"][0] == "write"  # before anybody looked
    dev.bar0.read(0, 4)
    dev.bar0.read(0, 4)
    found = line(view, "A")
    assert (found["reads"], found["writes"], found["last"][0]) == (2, 1, "read")
    assert found["last"][1] > 0
    assert line(view, "CTRL")["last"] == ["", 0.0]


def test_a_change_is_told_with_who_made_it(dev: ml.PCIDevice, view: RegistersView) -> None:
    dev.bar0.CTRL.on_write(lambda dev, new, old: None)

    @dev.bar0.CTRL.on_write
    def hook(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
        dev.bar0.TAG[0].poke(9)

    names = ["A", "CTRL", "EVENTS", "TAG[0]"]
    dev.bar0.EVENTS.poke(1)
    assert [line(view, name)["change"] for name in names] == [0, 0, 0, 0]
    dev.bar0.A.poke(5)
    dev.bar0.write(4, b"\1\0\0\0")
    dev.bar0.read(8, 8)
    assert [line(view, name)["by"] for name in names] == ["person", "guest", "guest", "hook"]
    assert [line(view, name)["change"] for name in names] == [1, 1, 1, 1]
    assert [line(view, name)["change"] for name in names] == [1, 1, 1, 1]


def test_a_change_out_of_sight_is_none(dev: ml.PCIDevice, view: RegistersView) -> None:
    line(view, "A")
    picture(view, count=0)
    dev.bar0.A.poke(5)
    assert line(view, "A")["change"] == 0


def test_two_views_of_one_widget_see_the_same_change(
    dev: ml.PCIDevice, view: RegistersView
) -> None:
    for name in ("a", "b"):
        click(view, view=name, seen=True, wants={"first": 0, "count": 1})
    dev.bar0.A.poke(1)
    view.look()
    assert [one.shows["line 0"]["change"] for one in view._views.values()] == [1, 1]


# -- which lines -----------------------------------------------------------------------------------


def test_a_view_gets_the_lines_of_its_window_only(view: RegistersView) -> None:
    shown = picture(view, first=3, count=2)
    assert shown["total"] == 10
    assert [name for name in shown if name.startswith("line")] == ["line 3", "line 4"]
    assert shown["line 3"]["key"] == "TAG[0]"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ch[1]", ["CH[1].ADDR", "CH[1].CTRL"]),
        ("mode", ["CTRL"]),
        ("operand", ["A"]),
        ("0x128", ["CH[1].CTRL"]),
        ("rc", ["EVENTS"]),
        ("ctrl cause", ["CH[0].CTRL", "CH[1].CTRL"]),
        ("nothing", []),
    ],
)
def test_a_filter_looks_at_names_offsets_fields_and_descriptions(
    view: RegistersView, typed: str, found: list[str]
) -> None:
    assert keys(view, filter=typed) == found


def test_registers_are_grouped_by_block_and_groups_close(view: RegistersView) -> None:
    shown = keys(view, group="block", closed=["CH[0]"])
    assert shown == [
        *("[registers]", "A", "CTRL", "EVENTS"),
        *("[TAG]", "TAG[0]", "TAG[1]", "TAG[2]"),
        *("[CH[0]]", "[CH[1]]", "CH[1].ADDR", "CH[1].CTRL"),
    ]
    (closed,) = [one for one in lines(view, group="block", closed=["CH[0]"]) if one.get("closed")]
    assert closed == {"group": "CH[0]", "count": 2, "closed": True}
    assert keys(view, group="access type", filter="e")[-2:] == ["[RC]", "EVENTS"]


def test_pinned_registers_come_first_whatever_the_filter(view: RegistersView) -> None:
    click(view, bank=0, pin="EVENTS")
    assert keys(view, filter="tag")[:3] == ["[pinned]", "EVENTS", "TAG[0]"]
    assert line(view, "EVENTS")["pinned"]
    assert not any(one.get("pinned") for one in lines(view, bank=2))
    click(view, bank=0, pin="EVENTS")
    assert keys(view, count=2) == ["A", "CTRL"]


def test_a_view_chooses_among_the_regions_that_have_registers(view: RegistersView) -> None:
    shown = picture(view)
    assert shown["banks"] == [[0, "bar0", 10], [2, "bar2", 1]]
    assert keys(view, bank=2) == ["B"]
    assert picture(view, bank=7)["bank"] == 0


def test_a_region_shown_alone_is_the_only_one(dev: ml.PCIDevice) -> None:
    view: Any = registers_view(dev.bar2.registers, dev)
    assert picture(view)["banks"] == [[2, "bar2", 1]]


def test_a_page_that_talks_nonsense_does_no_harm(view: RegistersView) -> None:
    for wants in ({"first": -1, "count": "x"}, {"closed": 3, "filter": None}, {"selected": [1]}):
        assert picture(view, **wants)["total"] in (0, 10)
    for content in ({}, {"poke": 1}, {"pin": []}, {"bank": "0", "read": "A"}):
        click(view, **content)
        assert view.said == ""


def test_of_very_many_registers_only_those_in_the_window_are_peeked() -> None:
    class Huge(ml.BAR, size=1 << 19):
        R = ml.RW(0x00, count=100_000)

    dev = device(Huge)
    view = RegistersView(Following(dev))
    shown = picture(view, first=99_000, count=40)
    assert shown["total"] == 100_000
    assert shown["line 99039"]["key"] == "R[99039]"
    assert len(view._changes._now) == 40


# -- by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0x1f", 0x1F),
        ("7", 7),
        ("go=1", 0x1),
        ("mode=FAST level=0x10", 0x1030),
        ("go=1, mode=3", 0x31),
    ],
)
def test_what_a_person_types_is_poked(
    dev: ml.PCIDevice, view: RegistersView, typed: str, value: int
) -> None:
    picture(view)
    click(view, bank=0, poke=["CTRL", typed])
    assert line(view, "CTRL")["value"] == f"{value:#010x}"
    assert line(view, "CTRL")["by"] == "person"
    assert view.said == ""
    assert dev.trace.accesses == 0


@pytest.mark.parametrize(
    ("label", "typed", "reason"),
    [
        ("CTRL", "much", "ValueError"),
        ("CTRL", "0x100000000", "does not fit"),
        ("CTRL", "gone=1", "did you mean"),
        ("CTRL", "mode=FASTER", "ValueError"),
        ("GONE", "1", "no register GONE"),
    ],
)
def test_what_cannot_be_poked_is_told_and_changes_nothing(
    dev: ml.PCIDevice, view: RegistersView, label: str, typed: str, reason: str
) -> None:
    click(view, bank=0, poke=[label, typed])
    assert reason in view.said
    assert dev.bar0.CTRL.peek() == 0
    click(view, bank=0, poke=["CTRL", "1"])
    assert view.said == ""


def test_an_access_by_hand_is_a_clients_and_the_trace_says_whose(
    dev: ml.PCIDevice, view: RegistersView
) -> None:
    dev.bar0.EVENTS.poke(0x12)
    click(view, bank=0, read="EVENTS")
    assert dev.bar0.EVENTS.peek() == 0
    assert picture(view, selected="EVENTS")["answer"] == "read 0x0000000000000012"
    heard: list[int] = []
    dev.bar0.CTRL.on_write(lambda dev, new, old: heard.append(int(new)))
    dev.bar0.CTRL.poke(level=1)
    click(view, bank=0, write=["CTRL", "go=1"])
    assert heard == [0x101]
    assert picture(view, selected="CTRL")["answer"] == "written"
    told = [(event.kind, event.where, event.note) for event in dev.trace if event.kind != "patch"]
    assert told == [
        ("log", "bar0.EVENTS", "read by hand"),
        ("read", "bar0.EVENTS", ""),
        ("log", "bar0.CTRL", "write by hand"),
        ("write", "bar0.CTRL", ""),
    ]


def test_an_access_by_hand_waits_for_an_async_hook_and_nobody_for_it(
    dev: ml.PCIDevice, view: RegistersView
) -> None:
    @dev.bar0.A.on_read
    async def slow(dev: ml.PCIDevice, value: ml.Value) -> int:
        return 0x77

    with ml.serve(dev):
        view.look()
        click(view, bank=0, read="A")
        with current().connect() as drv:
            assert drv.bar0.A.read() == 0x77
        assert picture(view, selected="A")["answer"] == "read 0x00000077"


def test_a_closer_look_has_the_whole_definition(dev: ml.PCIDevice, view: RegistersView) -> None:
    dev.bar0.CTRL.poke(mode=Mode.FAST)
    closer = picture(view, selected="CTRL")["selected"]
    assert (closer["offset"], closer["size"], closer["reset"]) == (4, 4, "0x00000000")
    go, mode, level = closer["fields"]
    assert (mode["msb"], mode["lsb"], mode["value"], mode["shown"]) == (5, 4, "0x3", "FAST")
    assert mode["names"] == [["SLOW", "0x0"], ["FAST", "0x3"]]
    assert go["names"] == level["names"] == []
    assert picture(view, selected="CH[0].CTRL")["selected"]["fields"][1]["names"] == []
    assert "selected" not in picture(view, selected="GONE")


# -- looking, and what is followed -----------------------------------------------------------------


@given(st.integers(0, 2**64 - 1))
def test_looking_never_changes_what_it_looks_at(events: int) -> None:
    dev = device()
    view = RegistersView(Following(dev))
    dev.bar0.EVENTS.poke(events)
    before = dev.bar0.peek(0, dev.bar0.size)
    picture(view, selected="EVENTS", group="block", filter="e")
    view._repr_mimebundle_()
    assert view.said == ""
    assert dev.bar0.peek(0, dev.bar0.size) == before
    assert len(dev.trace) == 0


def test_a_new_definition_takes_over_and_may_have_no_registers(dev: ml.PCIDevice) -> None:
    with ml.serve(dev):
        view = RegistersView(Following(dev))
        dev.bar0.A.poke(9)
        new = device(type("Bar", (ml.BAR,), {"A": ml.RW(0x10)}, size=0x1000))
        ml.serve(new)
        assert [one["value"] for one in lines(view)] == ["0x00000009"]
        ml.serve(ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=0x1000))
        shown = picture(view)
        assert shown["caption"] == "adder has no registers"
        assert shown["total"] == 0
        assert view.said == ""


def test_a_still_picture_is_escaped_and_has_every_region(view: RegistersView) -> None:
    bundle, _ = view._repr_mimebundle_()
    assert "&lt;the&gt; operand" in bundle["text/html"]
    assert "<the> operand" in bundle["text/plain"]
    assert "0x0004  CTRL" in bundle["text/plain"]
    assert "bar2: 256 B" in bundle["text/plain"]
