"""A guest's console on a page of its own."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from muserlab.kernel_ext import watchers as timing
from muserlab.kernel_ext.watchers import Watchers
from muserlab.kernel_ext.widgets import live
from muserlab.kernel_ext.widgets.guest import GuestWidget
from muserlab.kernel_ext.widgets.guest import view as guestview
from muserlab.vm.console import Console

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser

SECONDS = 30


@pytest.fixture
def watchers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchers]:
    """What has views look; when their turn comes, a test has long failed."""
    monkeypatch.setattr(timing, "SECONDS", 2 * SECONDS)
    made = Watchers(lambda: True)
    for module in (live, guestview):
        monkeypatch.setattr(module, "watchers", made)
    made.open()
    yield made
    made.close()


@pytest.mark.usefixtures("watchers")
def test_what_is_typed_comes_back_as_soon_as_the_guest_echoes_it(page: Page) -> None:
    console, typed = Console(), list[bytes]()
    blank(page)
    view = Mounted(page, GuestWidget(machine(console, typed)))
    looked = looks_elsewhere(view)
    view.el.get_by_label("type to the guest").focus()
    for key in "ls":
        page.keyboard.type(key)
        view.settle()
        assert typed.pop() == key.encode()
        console.feed(key.encode())
        assert looked.acquire(timeout=SECONDS)
        view.settle()
    expect(view.el.locator(".muser-screen")).to_contain_text("ls")


def looks_elsewhere(view: Mounted) -> threading.Semaphore:
    """Return what counts the looks that are not the page's doing, but of the thread of views."""
    looked, look = threading.Semaphore(0), view.widget.look

    def count() -> None:
        look()
        if threading.current_thread() is not threading.main_thread():
            looked.release()

    view.widget.look = count
    return looked


def machine(console: Console, typed: list[bytes]) -> Any:
    """Return a guest that runs, of which there is nothing but the serial line."""
    guest = SimpleNamespace(
        terminal_size=(40, 5),
        written_since=console.since,
        once_beyond=console.once_beyond,
        type=typed.append,
        status=None,
        up=True,
        panic=None,
    )
    portal = SimpleNamespace(soon=lambda work: work(), submit=lambda _: Future[str]())
    return SimpleNamespace(
        guest=guest, portal=portal, running=True, closed=False, pid=1, devices={}
    )
