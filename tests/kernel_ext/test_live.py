"""What every widget does: pictures for each view, and clicks that never wait."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.live import SIGHT_SECONDS, Live, Picture
from muserlab.lab import current


class Window(Live):
    """Shows those of its values that a view wants."""

    _esm = "export default { render() {} }"

    def __init__(self, dev: ml.PCIDevice) -> None:
        super().__init__(Following(dev))
        self.values: Picture = {"a": 1, "b": 2, "raw": b"\x00"}
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.send = lambda content, buffers=None: self.sent.append((content, buffers))
        self.now = 0.0
        self._clock = lambda: self.now

    def picture(self, wants: Mapping[str, Any], /) -> Picture:
        return {name: self.values[name] for name in wants["names"] if name in self.values}

    def handle(self, content: dict[str, Any]) -> None:
        self.act(content["do"])


@pytest.fixture
def dev() -> ml.PCIDevice:
    return ml.PCIDevice("window", id=(0x1234, 1), bar0=4096)


@pytest.fixture
def window(dev: ml.PCIDevice) -> Window:
    return Window(dev)


def heard(window: Window, **content: object) -> None:
    window._heard(window, content, [])


def see(window: Window, view: str, *names: str) -> None:
    heard(window, view=view, seen=True, wants={"names": names})


def test_each_view_gets_its_own_picture_once(window: Window) -> None:
    see(window, "one", "a", "raw")
    see(window, "two", "b")
    assert window.sent == [
        ({"view": "one", "set": {"a": 1}, "drop": [], "bytes": ["raw"]}, [b"\x00"]),
        ({"view": "two", "set": {"b": 2}, "drop": [], "bytes": []}, []),
    ]
    window.look()
    assert len(window.sent) == 2


def test_only_parts_that_changed_or_went_are_sent(window: Window) -> None:
    see(window, "one", "a", "b")
    window.sent.clear()
    window.values = {"b": 3}
    window.look()
    assert window.sent == [({"view": "one", "set": {"b": 3}, "drop": ["a"], "bytes": []}, [])]


def test_nothing_is_sent_to_a_view_that_went_or_fell_silent(window: Window) -> None:
    see(window, "one", "a")
    see(window, "two", "a")
    window.sent.clear()
    heard(window, view="one", seen=False)
    window.now = SIGHT_SECONDS
    window.values["a"] = 5
    window.look()
    assert window.sent == []
    see(window, "two", "a")
    assert window.sent[0][0]["set"] == {"a": 5}


def test_a_page_that_wants_nonsense_is_told_and_harms_nobody_else(window: Window) -> None:
    heard(window, view="one", seen=True, wants=[1])
    assert window.said == "KeyError: 'names'"
    heard(window, view="one", seen=False)
    see(window, "two", "a")
    assert window.said == ""
    assert len(window.sent) == 1


def test_a_click_does_not_wait_for_the_devices_thread(dev: ml.PCIDevice, window: Window) -> None:
    held, done = threading.Event(), threading.Event()
    with ml.serve(dev):
        window.look()
        portal = current().portal
        portal.soon(lambda: held.wait(30))
        heard(window, do=done.set)
        assert not done.is_set()
        held.set()
        assert done.wait(30)


def test_what_a_click_raises_on_the_devices_thread_is_told(
    dev: ml.PCIDevice, window: Window
) -> None:
    with ml.serve(dev):
        heard(window, do=lambda: 1 // 0)
        current().portal.call(lambda: None)
        window.look()
        assert window.said.startswith("ZeroDivisionError")
        heard(window, do=lambda: None)
        current().portal.call(lambda: None)
        window.look()
        assert window.said == ""


def test_a_widget_says_when_its_device_is_not_served_any_more(
    dev: ml.PCIDevice, window: Window
) -> None:
    assert window.stopped == ""
    with ml.serve(dev):
        window.look()
        assert window.stopped == ""
    window.look()
    assert window.stopped == "window is not served any more: ml.serve() it to go on"
    with ml.serve(dev):
        window.look()
        assert window.stopped == ""


def test_a_widget_is_watched_until_its_views_go_or_fall_silent(window: Window) -> None:
    assert not window.watched
    see(window, "a")
    see(window, "b")
    heard(window, view="a", seen=False)
    assert window.watched
    heard(window, view="b", seen=False)
    assert not window.watched
    see(window, "c")
    window.now = SIGHT_SECONDS - 1
    assert window.watched
    window.now = SIGHT_SECONDS
    assert not window.watched
    see(window, "c")
    assert window.watched
    window.close()
    assert not window.watched


def test_a_widget_that_cannot_look_says_so_and_recovers(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(window, "refresh", lambda: 1 // 0)
        window.look()
        assert window.said.startswith("ZeroDivisionError")
    window.look()
    assert window.said == ""


def test_a_widget_of_what_was_never_served_follows_nobody(dev: ml.PCIDevice) -> None:
    other = ml.PCIDevice("window", id=(0x1234, 2))
    with ml.serve(other):
        window = Window(dev)
        window.look()
        assert window.following.device is dev
