"""A vector that fires at a rate, for a time."""

from collections.abc import Callable
from typing import Any

import pytest

from muserlab.device.errors import DeviceError
from muserlab.device.host import InlineHost
from muserlab.device.irq import Burst


class Clockwork(InlineHost):
    """A host whose clock a test turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self.period = 0.0
        self.running = False
        self.turn: Callable[..., object] = lambda: None

    def every(self, seconds: float, fn: Callable[..., object], *args: object) -> Any:
        self.period, self.turn, self.running = seconds, fn, True
        return self

    def cancel(self) -> None:
        self.running = False

    def go(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        end = self.now + seconds
        while self.running and self.now + self.period <= end:
            self.now += self.period
            self.turn()
        self.now = end


@pytest.fixture
def host() -> Clockwork:
    return Clockwork()


def burst(bench: Any, host: Clockwork, rate: float, seconds: float) -> Burst:
    return Burst(host, bench.interrupts.msi[0], rate, seconds, clock=lambda: host.now)


def test_a_burst_fires_at_its_rate_and_ends_by_itself(bench: Any, host: Clockwork) -> None:
    (fd,) = bench.give(1)
    made = burst(bench, host, 8, 2)
    assert (made.fired, made.total) == (1, 16)
    host.go(1)
    assert (made.fired, made.done) == (9, False)
    host.go(1)
    assert (made.fired, made.delivered, made.lost) == (16, 16, 0)
    assert made.done
    assert not host.running
    assert bench.count(fd) == 16


def test_a_burst_fires_several_times_in_a_turn_and_catches_up(bench: Any, host: Clockwork) -> None:
    bench.give(1)
    made = burst(bench, host, 10_000, 1)
    assert host.period == 0.002
    host.go(0.1)
    assert 980 <= made.fired <= 1001
    host.now += 0.5  # the thread had other things to do
    host.go(0.1)
    assert 6980 <= made.fired <= 7001
    host.go(1)
    assert made.fired == 10_000


def test_a_burst_tells_only_what_became_of_its_own_fires(bench: Any, host: Clockwork) -> None:
    bench.interrupts.msi[0].fire()
    made = burst(bench, host, 4, 1)
    host.go(1)
    assert (made.delivered, made.lost) == (0, 4)
    assert repr(made) == "<burst of msi[0], done: fired 4 of 4, delivered 0, lost 4>"


def test_a_cancelled_burst_fires_no_more(bench: Any, host: Clockwork) -> None:
    made = burst(bench, host, 10, 2)
    made.cancel()
    made.cancel()
    host.turn()
    assert (made.fired, made.done, host.running) == (1, True, False)


@pytest.mark.parametrize(("rate", "seconds"), [(0, 1), (-1, 1), (2e6, 1), (1, 0), (1, 1e5)])
def test_what_is_no_rate_or_time_is_refused(
    bench: Any, host: Clockwork, rate: float, seconds: float
) -> None:
    with pytest.raises(ValueError, match="a second for"):
        burst(bench, host, rate, seconds)
    assert not host.running


def test_a_burst_needs_a_clock(bench: Any) -> None:
    with pytest.raises(DeviceError, match="serve the device first"):
        Burst(InlineHost(), bench.interrupts.msi[0], 1, 1)
