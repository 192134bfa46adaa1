"""Runs the coroutines of a driver to their end, on the thread that calls."""

import threading
import warnings
from collections.abc import Coroutine
from typing import Any, TypeVar

from muserlab.client.errors import DriverBusy
from muserlab.client.link import Link

T = TypeVar("T")


class Runner:
    """Runs one coroutine at a time; the transport below it never suspends.

    Any thread may call, but only one at a time, and nobody from within a call. The driver and all
    its parts share one; when the last of them is dropped, the link that was not closed is.
    """

    def __init__(self, link: Link, address: str) -> None:
        self._link = link
        self._address = address
        self._running: dict[str, tuple[str, object]] = {}

    def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return its result. Raises DriverBusy, and what it raises."""
        # A dictionary instead of a lock: its two ends are single steps that know whose they are,
        # so that a Ctrl-C at any place leaves nothing taken.
        mine = (threading.current_thread().name, object())
        try:
            if (holder := self._running.setdefault("call", mine)) is not mine:
                raise DriverBusy(f"the driver is in use by thread {holder[0]}: one call at a time")
            coroutine.send(None)
        except StopIteration as finished:
            result: T = finished.value
            return result
        finally:
            coroutine.close()
            if self._running.get("call") is mine:
                del self._running["call"]
        raise AssertionError("a blocking transport has suspended")

    def __del__(self) -> None:
        if not self._link.closed:
            text = f"{self._address}: driver was not closed"
            warnings.warn(text, ResourceWarning, stacklevel=2)
            self._link.close()
