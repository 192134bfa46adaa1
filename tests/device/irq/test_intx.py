from typing import Any

from muserlab.device.irq import Counts

INTX = 0


def test_a_rise_signals_once_and_masks_the_line(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    (masked,) = bench.give(INTX, action="mask")
    bench.interrupts.intx.raise_()
    bench.interrupts.intx.raise_()
    assert (bench.count(fd), bench.count(masked)) == (1, 1)
    assert bench.interrupts.intx.vector.masked
    assert bench.pin.shown == {0}


def test_unmasking_signals_again_while_the_line_is_asserted(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.interrupts.intx.raise_()
    bench.interrupts.set(INTX, "unmask", 0, 1, None)
    assert bench.count(fd) == 2
    bench.interrupts.intx.lower()
    bench.interrupts.set(INTX, "unmask", 0, 1, None)
    assert bench.count(fd) == 0
    assert bench.pin.shown == set()
    assert bench.interrupts.intx.counts == Counts(fired=1, delivered=2)


def test_the_line_may_rise_before_the_client_listens(bench: Any) -> None:
    bench.interrupts.intx.raise_()
    assert bench.interrupts.intx.counts.pending == 1
    (fd,) = bench.give(INTX)
    assert bench.count(fd) == 1
    assert bench.interrupts.intx.counts == Counts(fired=1, delivered=1)


def test_a_line_that_falls_unseen_loses_its_rise(bench: Any) -> None:
    bench.interrupts.intx.raise_()
    bench.interrupts.intx.lower()
    assert bench.interrupts.intx.counts == Counts(fired=1, lost=1)


def test_the_guests_disable_bit_holds_the_line_back_and_still_shows_it(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.pin.turn(masked={0})
    bench.interrupts.intx.raise_()
    assert bench.count(fd) == 0
    assert bench.pin.shown == {0}
    bench.pin.turn(masked=set())
    assert bench.count(fd) == 1


def test_a_pulse_signals_without_asserting(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.interrupts.intx.pulse()
    assert bench.count(fd) == 1
    assert not bench.interrupts.intx.asserted
    assert bench.pin.shown == set()


def test_a_pulse_that_meets_a_mask_is_kept_until_the_acknowledgement(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.interrupts.intx.fire()
    bench.interrupts.intx.fire()
    bench.interrupts.intx.raise_()
    bench.interrupts.intx.lower()
    assert bench.count(fd) == 1
    bench.interrupts.set(INTX, "unmask", 0, 1, None)
    assert bench.count(fd) == 1
    bench.interrupts.set(INTX, "unmask", 0, 1, None)
    assert bench.count(fd) == 0
    assert bench.interrupts.intx.counts.pending == 0


def test_a_pulse_without_a_listener_is_lost(bench: Any) -> None:
    bench.interrupts.intx.pulse()
    assert bench.interrupts.intx.counts == Counts(fired=1, lost=1)


def test_disabling_forgets_the_mask_and_the_level_remains(bench: Any) -> None:
    bench.give(INTX)
    bench.interrupts.intx.raise_()
    bench.interrupts.release()
    assert bench.interrupts.intx.asserted
    (fd,) = bench.give(INTX)
    assert bench.count(fd) == 1


def test_a_pulse_on_an_asserted_line_without_a_listener_is_lost_when_the_line_falls(
    bench: Any,
) -> None:
    bench.interrupts.intx.raise_()
    bench.interrupts.intx.pulse()
    bench.interrupts.intx.lower()
    assert bench.interrupts.intx.counts.pending == 0
    (fd,) = bench.give(INTX)
    assert bench.count(fd) == 0


def test_a_client_may_pulse_the_line_itself(bench: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.interrupts.set(INTX, "trigger", 0, 1, [True])
    assert bench.count(fd) == 1
