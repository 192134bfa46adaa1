"""The interpreter's switch interval, lowered while a device is served.

A busy cell keeps the interpreter for a whole switch interval, 5 ms by default, before the trio
thread gets its turn; so that is what every access would cost.
"""

import os
import sys
import threading

SERVING = 0.0001
"""Seconds: an access beside a busy cell costs a fraction of a millisecond then."""


class SwitchInterval:
    """Lowers the switch interval for any number of holders, and restores it after the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before = 0.0

    def lower(self) -> None:
        """Lower it for one more holder."""
        with self._lock:
            if not self._holders:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(SERVING, self._before))
            self._holders += 1

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
