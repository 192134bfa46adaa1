"""A generator of interrupts: a vector that fires at a rate, for a time."""

import time
from collections.abc import Callable
from dataclasses import asdict

from muserlab.device.host import Host, Task
from muserlab.device.irq.vector import Counts, Vector

_TICK = 0.002
"""Seconds between two turns, at least; at higher rates each turn fires several times."""

_AT_ONCE = 500
"""Fires in one turn, at most: the device's thread has accesses to answer too."""


class Burst:
    """A vector that fires `rate` times a second for `seconds`, on the device's thread.

    It begins when it is made, ends by itself or by `cancel`, and catches up where the thread had
    other things to do. Raises ValueError for what is no rate or time, and DeviceError where the
    device is not served: there is no clock then.
    """

    def __init__(
        self,
        host: Host,
        vector: Vector,
        rate: float,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not (0 < rate <= 1e6 and 0 < seconds <= 3600):
            raise ValueError(
                f"{rate:g} a second for {seconds:g} s: want up to 1,000,000 a second, up to an hour"
            )
        self.vector = vector
        self.total = max(1, round(rate * seconds))
        """How often it will have fired at its end."""
        self.fired = 0
        self.done = False
        self._rate = rate
        self._clock = clock
        self._before = Counts(**asdict(vector.counts))
        self._began = clock()
        self._task: Task = host.every(max(_TICK, 1 / rate), self._turn)
        self._turn()

    def cancel(self) -> None:
        """Fire no more; harmless when it has ended."""
        self.done = True
        self._task.cancel()

    @property
    def delivered(self) -> int:
        """How often the client's eventfd was signalled meanwhile."""
        return self.vector.counts.delivered - self._before.delivered

    @property
    def lost(self) -> int:
        """How many fires nobody was told of."""
        return self.vector.counts.lost - self._before.lost

    def _turn(self) -> None:
        if self.done:
            return
        due = min(self.total, 1 + int((self._clock() - self._began) * self._rate))
        for _fire in range(min(due - self.fired, _AT_ONCE)):
            self.vector.fire()
            self.fired += 1
        if self.fired == self.total:
            self.cancel()

    def __repr__(self) -> str:
        """Show how far it has come, and what became of it."""
        state = "done" if self.done else "running"
        return (
            f"<burst of {self.vector.name}, {state}: fired {self.fired} of {self.total},"
            f" delivered {self.delivered}, lost {self.lost}>"
        )
