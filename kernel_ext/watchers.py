"""Has what is in view look again, ten times a second, on a thread of its own.

Not on the lab's thread: a redraw must not hold up an access. There is a thread only while somebody
watches and the lab runs. Without a lab a device changes by what cells do, so that one look after
every cell is enough. However much is in view, looking takes a fifth of the time at most: then it
happens less often. What cannot wait for its turn (the echo of what is typed) wakes the thread, for
itself alone, thirty times a second at most.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from muserlab.lab import current

SECONDS = 0.1  # between two looks: smooth to the eye, and far from what floods a browser
SOONEST = 1 / 30  # between a look and one that something in view has asked for
PAUSES = 4  # times as long as the looks took, at least


class Watcher(Protocol):
    """Something in view."""

    @property
    def watched(self) -> bool:
        """Whether anybody can see it at this moment."""
        ...

    def look(self) -> None:
        """Show what there is now; never raises."""
        ...


class Watchers:
    """Everything in view. All of it may be called on any thread."""

    def __init__(self, running: Callable[[], bool]) -> None:
        self._running = running
        self._watchers: set[Watcher] = set()
        self._woken: set[Watcher] = set()
        self._stirred = threading.Event()  # something was woken, or all has ended
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._ended.set()

    def open(self) -> None:
        """Let there be a thread from now on; again is harmless."""
        self._ended.clear()
        self._stirred.clear()

    def close(self) -> None:
        """End the thread and forget everything in view; again is harmless."""
        self._ended.set()
        self._stirred.set()
        with self._changing:
            thread, self._thread = self._thread, None
            self._watchers.clear()
            self._woken.clear()
        if thread is not None:
            thread.join()

    def add(self, watcher: Watcher) -> None:
        """Have something look at once, and again for as long as it is watched."""
        watcher.look()
        with self._changing:
            self._watchers.add(watcher)
        self._start()

    def wake(self, watcher: Watcher) -> None:
        """Have something in view look before its turn; never waits for that."""
        with self._changing:
            if watcher in self._watchers:
                self._woken.add(watcher)
                self._stirred.set()

    def after_cell(self, *_: object) -> None:
        """Look once where no thread does, after a cell."""
        self._start()
        if self._thread is None:
            for watcher in self._watched():
                watcher.look()

    def _start(self) -> None:
        with self._changing:
            wanted = self._running() and not self._ended.is_set() and bool(self._watchers)
            if self._thread is None and wanted:
                self._thread = threading.Thread(
                    target=self._run, name="muserlab views", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        rest = SOONEST
        turn = time.monotonic() + SECONDS
        while not self._ended.wait(rest):
            self._stirred.wait(max(0.0, turn - time.monotonic()))
            self._stirred.clear()
            if self._ended.is_set():
                return
            began = time.monotonic()
            watched = self._watched()
            running = self._running()
            with self._changing:
                woken, self._woken = self._woken, set()
                last = not self._watchers or not running
                if last:
                    self._thread = None
            everyone = last or began >= turn
            for watcher in watched:
                if everyone or watcher in woken:
                    watcher.look()  # once more when the lab has stopped, so that they say so
            if last:
                return
            now = time.monotonic()
            rest = max(SOONEST, PAUSES * (now - began))
            if everyone:
                turn = now + max(SECONDS, rest)

    def _watched(self) -> list[Watcher]:
        """Return what is in view, and forget the rest."""
        with self._changing:
            self._watchers = {one for one in self._watchers if one.watched}
            return list(self._watchers)


watchers = Watchers(lambda: current().running)
"""Those of this process."""
