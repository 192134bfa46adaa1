"""The hooks of real devices as a page gets them, without a page."""

from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.hooks import HooksView


class Bar(ml.BAR, size=0x1000):
    A = ml.RW(0x00)
    CTRL = ml.RW(0x04, go=ml.bit(0))


@pytest.fixture
def dev() -> ml.PCIDevice:
    made = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar, bar2=Bar)
    made.probation = 2
    return made


@pytest.fixture
def view(dev: ml.PCIDevice) -> HooksView:
    return HooksView(Following(dev))


def picture(view: HooksView, **wants: Any) -> dict[str, Any]:
    """Return what a view that wants this shows at the next look."""
    click(view, view="a", seen=True, wants={"first": 0, "count": 100, **wants})
    assert view.said == ""
    return dict(view._views["a"].shows)


def lines(view: HooksView) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for key, one in picture(view).items() if key.startswith("line")}


def click(view: HooksView, /, **content: object) -> None:
    """Let the page say something."""
    view._heard(view, content, [])


def good(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
    dev.bar0.A.poke(1)


def bad(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
    dev.bar0.A.poke(1 // 0)


def test_a_hook_that_was_only_looked_at_is_none(dev: ml.PCIDevice, view: HooksView) -> None:
    assert dev.bar0.CTRL.on_write.versions == ()
    assert picture(view) == {"caption": "no hooks, not served", "total": 0}


def test_every_hook_with_versions_is_a_line_with_a_name_of_its_own(
    dev: ml.PCIDevice, view: HooksView
) -> None:
    dev.bar0.CTRL.on_write(good)
    dev.bar2.CTRL.go.on_write(good)
    dev.bar0.on_read(lambda dev, offset, count: ml.PASS)
    dev.on_reset(lambda dev, kind: None)
    assert set(lines(view)) == {
        *("on_reset", "bar0.on_read", "bar0.CTRL.on_write", "bar2.CTRL.go.on_write"),
    }


def test_a_hook_is_on_probation_until_it_is_trusted(dev: ml.PCIDevice, view: HooksView) -> None:
    dev.bar0.CTRL.on_write(good)
    found = lines(view)["bar0.CTRL.on_write"]
    assert (found["looks"], found["state"]) == ("probation", "on probation, 0 of 2 answered")
    for _ in range(2):
        dev.bar0.write(4, bytes(4))
    assert lines(view)["bar0.CTRL.on_write"]["looks"] == "trusted"


def test_a_hook_that_fails_is_faulty(dev: ml.PCIDevice, view: HooksView) -> None:
    dev.bar0.CTRL.on_write(bad)
    with pytest.raises(ml.RegionError):
        dev.bar0.write(4, bytes(4))
    assert lines(view)["bar0.CTRL.on_write"]["looks"] == "faulty"
    closer = picture(view, selected="bar0.CTRL.on_write")["selected"]
    assert "ZeroDivisionError" in closer["failures"][0]


def test_a_closer_look_has_every_version_with_source_and_diff(
    dev: ml.PCIDevice, view: HooksView
) -> None:
    dev.bar0.CTRL.on_write(good)
    dev.bar0.CTRL.on_write(bad)
    closer = picture(view, selected="bar0.CTRL.on_write")["selected"]
    assert [one["number"] for one in closer["versions"]] == [1, 2]
    assert [one["current"] for one in closer["versions"]] == [False, True]
    assert closer["versions"][0]["when"] > 0
    assert closer["source"].startswith("def bad(")
    assert "-    dev.bar0.A.poke(1)" in closer["diff"]
    assert "+    dev.bar0.A.poke(1 // 0)" in closer["diff"]
    first = picture(view, selected="bar0.CTRL.on_write", version=1)["selected"]
    assert (first["chosen"], first["source"].splitlines()[0][:8]) == (1, "def good")


def test_a_class_hook_is_the_devices_too(view: HooksView) -> None:
    class Own(ml.BAR, size=0x1000):
        A = ml.RW(0x00)

    Own.A.on_write(good)
    dev = ml.PCIDevice("owner", id=(0x1234, 2), bar0=Own)
    view = HooksView(Following(dev))
    assert set(lines(view)) == {"bar0.A.on_write"}
    closer = picture(view, selected="bar0.A.on_write")["selected"]
    assert closer["source"].startswith("def good(")


def test_undo_and_redo_are_buttons(dev: ml.PCIDevice, view: HooksView) -> None:
    dev.bar0.CTRL.on_write(good)
    dev.bar0.CTRL.on_write(bad)
    click(view, undo="bar0.CTRL.on_write")
    assert lines(view)["bar0.CTRL.on_write"]["version"] == "v1"
    click(view, redo="bar0.CTRL.on_write")
    assert lines(view)["bar0.CTRL.on_write"]["version"] == "v2"
    click(view, redo="bar0.CTRL.on_write")
    assert "PatchError" in view.said
    click(view, undo="bar2.CTRL.on_write")
    assert "has no bar2.CTRL.on_write any more" in view.said


def test_a_hook_whose_failure_keeps_an_access_waiting_is_paused(dev: ml.PCIDevice) -> None:
    dev.bar0.policy = "pause"
    dev.bar0.CTRL.on_write(bad)
    with ml.serve(dev) as lab, lab.connect() as drv:
        view = HooksView(Following(dev))
        drv.bar0.write(4, 1, posted=True)
        while not lab.paused:
            lab.portal.call(lambda: None)
        found = lines(view)["bar0.CTRL.on_write"]
        assert (found["looks"], found["state"]) == ("paused", "an access waits for a person")
        lab.paused.resume()
        drv.bar0.read(0)
        assert lines(view)["bar0.CTRL.on_write"]["looks"] == "faulty"


def test_a_still_picture_has_every_hook(dev: ml.PCIDevice, view: HooksView) -> None:
    dev.bar0.CTRL.on_write(good)
    bundle, _ = view._repr_mimebundle_()
    assert "bar0.CTRL.on_write" in bundle["text/plain"]
    assert "on probation" in bundle["text/html"]
