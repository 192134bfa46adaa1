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
_ASKED = 20  # times, with a look in between


class Abandoned(BaseException):
    """Raised in code that does not return, by whoever waits for it no more."""


class Isolated(threading.Thread, Generic[T]):
    """A thread that calls fn(thread); the portal to the trio thread is closed to it.

    It sets `at` to where it has got to, in words, and `steps` to a number that rises as it goes on;
    `stop` to what makes it end when it is asked for on another thread, if there is such a thing.
    """

    def __init__(self, name: str, fn: "Callable[[Isolated[T]], T]") -> None:
        super().__init__(name=name, daemon=True)
        self.at = "the beginning"
        self.steps = 0
        self.stop: Callable[[], object] = _do_nothing
        self._fn = fn
        self._result: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Call the function."""
        try:
            self._result.append(self._fn(self))
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller instead
            self._error = error

    def result(self, patience: float) -> T:
        """Run to the end, and return what the function returns, or raise what it raises.

        Where `steps` has not risen for `patience` seconds, and on Ctrl-C, what runs there is made
        to end; the first raises LabStuck. Only a call of C code cannot be ended: that thread ends
        when the call returns.
        """
        steps, since = self.steps, time.monotonic()
        try:
            self.start()
            while self.is_alive():
                self.join(_LOOK_EVERY)
                now = time.monotonic()
                if self.steps != steps:
                    steps, since = self.steps, now
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
        told = f"it has not got past {self.at} within {patience:g} s, {said}"
        self.stop()
        self.join(_LOOK_EVERY)
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
