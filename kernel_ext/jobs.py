"""Work that takes long, a search or a file: on a thread of its own, in pieces, until told to end.

Not on the lab's thread, which serves accesses, nor on the views', which draws. Between two pieces
it rests, so that an access waits for one piece at most.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

REST = 0.0002  # seconds between two pieces, of which each takes about a quarter of that

Tick = Callable[[int], object]
"""Told after every piece how many bytes are done."""
Work = Callable[[Tick], tuple[str, dict[str, Any]]]
"""Returns what there is to say of it, and what a page needs of its result."""

_running: WeakSet["Job"] = WeakSet()


class Cancelled(Exception):
    """A person does not want the work's result any more."""


@dataclass(eq=False)
class Job:
    """One piece of work: what a page calls it, what is said of it, and what came of it.

    `state` is "running", "done", "failed" or "cancelled". `result` is what a page needs of it.
    """

    name: str
    doing: str
    state: str = "running"
    said: str = ""
    result: dict[str, Any] = field(default_factory=dict[str, Any])
    finished: threading.Event = field(default_factory=threading.Event)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def start(self, work: Work) -> None:
        """Do it on a thread."""
        _running.add(self)
        thread = threading.Thread(
            target=self._run, args=(work,), name=f"muserlab {self.doing}", daemon=True
        )
        thread.start()

    def cancel(self) -> None:
        """End it at the next piece."""
        self._cancelled.set()

    def shown(self) -> dict[str, Any]:
        """Return what a page shows of it."""
        return {"name": self.name, "state": self.state, "said": self.said, **self.result}

    def _run(self, work: Work) -> None:
        self.said = f"{self.doing} …"
        try:
            said, self.result = work(self._tick)
        except Cancelled:
            self.said, self.state = f"{self.doing}: cancelled", "cancelled"
        except Exception as error:  # noqa: BLE001 - the person who asked for it reads it
            self.said, self.state = f"{type(error).__name__}: {error}", "failed"
        else:
            self.said, self.state = said, "done"
        _running.discard(self)
        self.finished.set()

    def _tick(self, done: int) -> None:
        self.said = f"{self.doing} … {done / (1 << 20):,.1f} MiB"
        if self._cancelled.wait(REST):
            raise Cancelled


def cancel_all() -> None:
    """End whatever runs: the extension goes."""
    for job in tuple(_running):
        job.cancel()
