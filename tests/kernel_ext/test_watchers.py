"""When what is in view looks, and when nothing does."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from muserlab.kernel_ext import watchers as timing
from muserlab.kernel_ext.watchers import Watchers

SECONDS = 30


@dataclass(eq=False)
class View:
    """Something in view that counts its looks."""

    watched: bool = True
    looks: int = 0
    looked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def look(self) -> None:
        self.looks += 1
        self.looked.release()

    def looks_again(self, times: int = 3) -> None:
        """Wait until it has looked that many more times."""
        for _ in range(times):
            assert self.looked.acquire(timeout=SECONDS)


@dataclass
class Lab:
    """Whether a lab runs."""

    running: bool = True


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def watchers(lab: Lab) -> Iterator[Watchers]:
    made = Watchers(lambda: lab.running)
    made.open()
    yield made
    made.close()
    assert thread() is None


def thread() -> threading.Thread | None:
    return next((one for one in threading.enumerate() if one.name == "muserlab views"), None)


def ended() -> None:
    """Wait until there is no thread that looks."""
    if (running := thread()) is not None:
        running.join(SECONDS)
        assert not running.is_alive()


def test_a_view_looks_again_and_again_while_it_is_watched(watchers: Watchers) -> None:
    view, other = View(), View()
    watchers.add(view)
    watchers.add(other)
    view.looks_again()
    other.looks_again()
    view.watched = other.watched = False
    ended()


def test_a_view_that_comes_back_looks_again(watchers: Watchers) -> None:
    view = View(watched=False)
    watchers.add(view)
    ended()
    assert view.looks == 1
    view.watched = True
    watchers.add(view)
    view.looks_again()


def test_without_a_lab_every_cell_is_looked_after(watchers: Watchers, lab: Lab) -> None:
    lab.running = False
    view, hidden = View(), View()
    watchers.add(view)
    watchers.add(hidden)
    hidden.watched = False
    watchers.after_cell()
    watchers.after_cell()
    assert (view.looks, hidden.looks) == (3, 1)
    assert thread() is None


def test_the_thread_ends_with_the_lab_and_comes_back_with_it(watchers: Watchers, lab: Lab) -> None:
    view = View()
    watchers.add(view)
    view.looks_again()
    running, view.looked = thread(), threading.Semaphore(0)
    assert running is not None
    lab.running = False
    running.join(SECONDS)
    assert view.looked.acquire(blocking=False)  # once more, to see that it has stopped
    lab.running = True
    watchers.after_cell()
    assert thread() is not None
    view.looks_again()


def test_a_late_message_of_a_page_starts_nothing_once_closed(watchers: Watchers) -> None:
    watchers.add(View())
    watchers.close()
    assert thread() is None
    watchers.add(View())
    watchers.after_cell()
    assert thread() is None


def test_what_is_woken_looks_before_its_turn_and_nothing_else_does(
    watchers: Watchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "SECONDS", 2 * SECONDS)
    view, other = View(), View()
    watchers.add(view)
    watchers.add(other)
    assert view.looked.acquire(timeout=SECONDS)
    for _ in range(3):
        watchers.wake(view)
        assert view.looked.acquire(timeout=SECONDS)
    assert other.looks == 1


def test_what_is_not_in_view_is_not_woken(watchers: Watchers) -> None:
    view = View()
    watchers.wake(view)
    watchers.add(View(watched=False))
    ended()
    assert view.looks == 0
