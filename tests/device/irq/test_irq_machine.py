"""Any sequence of fires, masks, switches and set-ups: eventfds count what a small model says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

FDS = Path("/proc/self/fd")
MSIX = 2
INTX = 0
COUNT = 70
vectors = st.integers(0, 3)


class Edge:
    """What is known of one vector of MSI-X."""

    def __init__(self) -> None:
        self.fd: int | None = None
        self.held = False
        self.blocked = False
        self.waiting = 0
        self.lost = 0
        self.signals = 0

    def settle(self, *, on: bool) -> None:
        if self.waiting and self.fd is None and not on:
            self.lost += self.waiting
            self.waiting = 0
        if self.waiting and self.fd is not None and not (self.held or self.blocked):
            self.signals += 1
            self.waiting = 0


class Vectors(RuleBasedStateMachine):
    new_bench: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.before = len(list(FDS.iterdir()))
        self.bench = self.new_bench()
        self.on = False
        self.model = [Edge() for _ in range(4)]

    def settle(self) -> None:
        for edge in self.model:
            edge.settle(on=self.on)

    @rule(i=vectors)
    def fire(self, i: int) -> None:
        self.model[i].waiting += 1
        self.settle()
        self.bench.interrupts.msix[i].fire()

    @rule(i=vectors, by_bool=st.booleans())
    def client_fires(self, i: int, by_bool: bool) -> None:
        self.model[i].waiting += 1
        self.settle()
        self.bench.interrupts.set(MSIX, "trigger", i, 1, [True] if by_bool else None)

    @rule(i=vectors, more=st.integers(1, 2))
    def give_eventfds(self, i: int, more: int) -> None:
        more = min(more, 4 - i)
        for edge, fd in zip(self.model[i:], self.bench.give(MSIX, i, more), strict=False):
            self.check(edge)
            edge.fd = fd
        self.settle()

    @rule(i=vectors)
    def take_eventfd(self, i: int) -> None:
        self.check(self.model[i])
        self.model[i].fd = None
        self.settle()
        self.bench.interrupts.set(MSIX, "trigger", i, 1, ())

    @rule(held=st.lists(st.booleans(), min_size=4, max_size=4), mask=st.booleans())
    def client_masks(self, held: list[bool], mask: bool) -> None:
        for edge, chosen in zip(self.model, held, strict=True):
            edge.held = mask if chosen else edge.held
        self.settle()
        self.bench.interrupts.set(MSIX, "mask" if mask else "unmask", 0, 4, held)

    @rule(on=st.booleans(), masked=st.sets(vectors))
    def guest_turns_switches(self, on: bool, masked: set[int]) -> None:
        self.on = on
        for i, edge in enumerate(self.model):
            edge.blocked = i in masked
        self.settle()
        self.bench.msix_gate.turn(on=on, masked=masked)

    @rule(left=st.booleans())
    def disable(self, left: bool) -> None:
        for edge in self.model:
            self.check(edge)
            edge.fd, edge.held = None, False
        self.settle()
        if left:
            self.bench.interrupts.release()
        else:
            self.bench.interrupts.set(MSIX, "trigger", 0, 0, None)

    @rule()
    def reset(self) -> None:
        for edge in self.model:
            edge.lost += edge.waiting
            edge.waiting = 0
        self.bench.interrupts.reset()

    def check(self, edge: Edge) -> None:
        """Compare what the client counts on an eventfd that it is about to lose."""
        if edge.fd is not None:
            assert self.bench.count(edge.fd) == edge.signals
        edge.signals = 0

    @invariant()
    def what_waits_and_what_is_lost_agrees(self) -> None:
        counts = [self.bench.interrupts.msix[i].counts for i in range(4)]
        assert [c.pending for c in counts] == [edge.waiting for edge in self.model]
        assert [c.lost for c in counts] == [edge.lost for edge in self.model]
        shown = {i for i, edge in enumerate(self.model) if edge.waiting}
        assert self.bench.msix_gate.shown == shown

    def teardown(self) -> None:
        for edge in self.model:
            self.check(edge)
        self.bench.close()
        assert len(list(FDS.iterdir())) == self.before


class Line(RuleBasedStateMachine):
    """INTx: a level with automask."""

    new_bench: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.bench = self.new_bench()
        self.level = self.pulse = self.held = self.blocked = False
        self.fd: int | None = None
        self.signals = 0

    def settle(self) -> None:
        if self.fd is None:
            self.pulse = self.pulse and self.level
        elif (self.level or self.pulse) and not (self.held or self.blocked):
            self.signals += 1
            self.pulse = False
            self.held = True

    @rule(level=st.booleans())
    def drive(self, level: bool) -> None:
        self.level = level
        self.settle()
        (self.bench.interrupts.intx.raise_ if level else self.bench.interrupts.intx.lower)()

    @rule()
    def pulse_it(self) -> None:
        self.pulse = True
        self.settle()
        self.bench.interrupts.intx.pulse()

    @rule(mask=st.booleans())
    def client_masks(self, mask: bool) -> None:
        self.held = mask
        self.settle()
        self.bench.interrupts.set(INTX, "mask" if mask else "unmask", 0, 1, None)

    @rule(blocked=st.booleans())
    def guest_turns_the_disable_bit(self, blocked: bool) -> None:
        self.blocked = blocked
        self.settle()
        self.bench.pin.turn(masked={0} if blocked else set())

    @rule()
    def give_eventfd(self) -> None:
        self.check()
        (self.fd,) = self.bench.give(INTX)
        self.settle()

    @rule()
    def disable(self) -> None:
        self.check()
        self.fd, self.held = None, False
        self.settle()
        self.bench.interrupts.set(INTX, "trigger", 0, 0, None)

    def check(self) -> None:
        if self.fd is not None:
            assert self.bench.count(self.fd) == self.signals
        self.signals = 0

    @invariant()
    def mask_and_status_bit_agree(self) -> None:
        assert self.bench.interrupts.intx.vector.masked == (self.held or self.blocked)
        assert (0 in self.bench.pin.shown) == self.level

    def teardown(self) -> None:
        self.check()
        self.bench.close()


@pytest.mark.parametrize("machine", [Vectors, Line])
def test_eventfds_count_what_the_model_says(
    machine: Any, new_bench: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "new_bench", staticmethod(new_bench), raising=False)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
