"""The interpreter's switch interval, lowered while a device is served.

A thread that computes keeps the interpreter for a whole switch interval, 5 ms by default, before
another that wants it gets it; so that is what an access beside a busy cell would cost. The trio
thread asks for the interpreter much sooner. Once it has it, and guests ask one thing after the
other, the cell gets it back less eagerly: each change of threads costs both of them.
"""

import os
import sys
import threading

import trio

ASKING = 0.0001
"""Seconds after which a cell makes way for the trio thread, which waits for it or sleeps."""

KEEPING = 0.0005
"""Seconds after which the trio thread makes way for a cell, if it has not slept before."""


class SwitchInterval:
    """Lowers the switch interval for any number of holders, and restores it after the last.

    In between, the interpreter has one interval for all threads: that of whoever comes to wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before = 0.0

    def lower(self) -> None:
        """Lower it for one more holder."""
        with self._lock:
            if not self._holders:
                self._before = sys.getswitchinterval()
                self.set(ASKING)
            self._holders += 1

    def set(self, seconds: float) -> None:
        """Have threads wait so long, or as long as before, if that was shorter."""
        sys.setswitchinterval(min(seconds, self._before))

    def restore(self) -> None:
        """Count one holder out; the last one puts back what was there before."""
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._put_back()

    def start_afresh(self) -> None:
        """Put back what was there before, whoever holds it: in a forked child nobody does."""
        self._lock = threading.Lock()
        if self._holders:
            self._holders = 0
            self._put_back()

    def _put_back(self) -> None:
        # The interpreter keeps whole microseconds and rounds down.
        sys.setswitchinterval(self._before + 0.5e-6)


SWITCH_INTERVAL = SwitchInterval()
os.register_at_fork(after_in_child=SWITCH_INTERVAL.start_afresh)


class Asking(trio.abc.Instrument):
    """Lets the thread of a run of trio ask for the interpreter, and keep it, as said above."""

    def before_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - it is the same for all
        """Ask for it early when the wait is over."""
        SWITCH_INTERVAL.set(ASKING)

    def after_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - it is the same for all
        """Let others ask for it later."""
        SWITCH_INTERVAL.set(KEEPING)
