"""How busy a device is, and was in the last minute."""

import time
from collections import deque
from collections.abc import Callable

import muserlab as ml

SAMPLE_SECONDS = 0.5
SAMPLES = 120  # a minute


class RateHistory:
    """Accesses per second, sampled when somebody looks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trace: ml.Trace | None = None
        self._last = (0.0, 0)
        self._rates: deque[int] = deque(maxlen=SAMPLES)
        self.accesses = 0
        """How many there were, as of the last look."""

    def look(self, trace: ml.Trace) -> None:
        """Count, and take a sample if it is time for one."""
        now, self.accesses = self._clock(), trace.accesses
        if trace is not self._trace:
            self._trace, self._last = trace, (now, self.accesses)
            self._rates.clear()
        then, before = self._last
        if now - then >= SAMPLE_SECONDS:
            self._rates.append(round((self.accesses - before) / (now - then)))
            self._last = (now, self.accesses)

    @property
    def rate(self) -> int:
        """Accesses per second in the last sample."""
        return self._rates[-1] if self._rates else 0

    @property
    def rates(self) -> list[int]:
        """The last samples, oldest first."""
        return list(self._rates)
