"""Threads of code that must not reach what is served, and how they are watched."""

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from muserlab.lab.errors import LabStuck
from muserlab.lab.whereabouts import calls_on

T = TypeVar("T")

_LOOK_EVERY = 0.1
_GRACE = 1.0
_ASKED = 20  # times, with a look in between


class Abandoned(BaseException):
    """Raised in code that does not return, by whoever waits for it no more."""


class Isolated(threading.Thread, Generic[T]):
    """A thread that calls fn(thread); the portal to the trio thread is closed to it.

    It calls `reach` as it goes on, and sets `stop` to what makes it end when that is called on
    another thread, if there is such a thing.
    """

    def __init__(self, name: str, fn: "Callable[[Isolated[T]], T]") -> None:
        super().__init__(name=name, daemon=True)
        self.stop: Callable[[], object] = _do_nothing
        self._at = "the beginning"
        self._steps = 0
        self._unwanted = False
        self._fn = fn
        self._result: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Call the function."""
        try:
            self._result.append(self._fn(self))
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller instead
            self._error = error

    def reach(self, place: str) -> None:
        """Note where it has got to; raises Abandoned where nobody wants it to go on."""
        if self._unwanted:
            raise Abandoned
        self._at = place
        self._steps += 1

    def result(self, patience: float) -> T:
        """Run to the end, and return what the function returns, or raise what it raises.

        Where it has reached nothing for `patience` seconds, and on Ctrl-C, what runs there is made
        to end; the first raises LabStuck. Only a call of C code cannot be ended: that thread ends
        when the call returns.
        """
        steps, since = self._steps, time.monotonic()
        try:
            self.start()
            while self.is_alive():
                self.join(_LOOK_EVERY)
                now = time.monotonic()
                if self._steps != steps:
                    steps, since = self._steps, now
                elif self.is_alive() and now - since > patience:
                    raise LabStuck(self._abandon(patience))
        except KeyboardInterrupt:
            self._abandon(patience)
            raise
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _abandon(self, patience: float) -> str:
        """Make the thread end; return what to say of it."""
        calls = calls_on(self)
        said = f"in {calls}" if calls else "as timed work kept it from going on"
        told = f"it has not got past {self._at} within {patience:g} s, {said}"
        self._unwanted = True
        self.stop()
        self.join(_GRACE)  # as what is raised in the middle of an event loop leaves things open
        for _ in range(_ASKED):
            if not self.is_alive():
                return told
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident or 0), ctypes.py_object(Abandoned)
            )
            self.join(_LOOK_EVERY)
        return f"{told}; it cannot be ended and goes on by itself"


def _do_nothing() -> None: ...


def isolated() -> bool:
    """Tell whether the caller is on such a thread."""
    return isinstance(threading.current_thread(), Isolated)
