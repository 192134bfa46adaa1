import os
from typing import Any

import pytest

from muserlab.device.errors import IrqError
from muserlab.device.irq import Counts, Interrupts

INTX, MSI, MSIX, ERR, REQ = range(5)


def test_a_fire_signals_the_clients_eventfd_and_is_traced(bench: Any) -> None:
    (fd,) = bench.give(MSI)
    bench.interrupts.msi[0].fire()
    bench.interrupts.msi[0].fire()
    assert bench.count(fd) == 2
    assert bench.notes() == [("msi[0]", "delivered")] * 2
    assert bench.interrupts.msi[0].counts == Counts(fired=2, delivered=2)


@pytest.mark.parametrize("name", ["err", "req"])
def test_vfios_own_interrupts_fire_without_a_number(bench: Any, name: str) -> None:
    irq = getattr(bench.interrupts, name)
    irq.fire()
    (fd,) = bench.give(irq.index)
    irq.fire()
    assert bench.count(fd) == 1
    assert bench.notes() == [(name, "lost"), (name, "delivered")]
    assert irq.counts == Counts(fired=2, delivered=1, lost=1)


def test_a_full_eventfd_in_blocking_mode_holds_nobody_up(bench: Any) -> None:
    fd = os.eventfd(0)
    os.eventfd_write(fd, 2**64 - 2)
    kept = os.dup(fd)
    bench.interrupts.set(MSI, "trigger", 0, 1, [fd])
    bench.interrupts.msi[0].fire()
    bench.interrupts.msi[0].fire()
    assert os.eventfd_read(kept) >= 2**64 - 2
    bench.interrupts.msi[0].fire()
    assert os.eventfd_read(kept) == 1
    os.close(kept)


def test_a_masked_fire_waits_and_later_ones_merge_with_it(bench: Any) -> None:
    (fd,) = bench.give(MSI)
    bench.msi_gate.turn(on=True, masked={0})
    bench.interrupts.msi[0].fire()
    bench.interrupts.msi[0].fire()
    assert bench.count(fd) == 0
    assert bench.msi_gate.shown == {0}
    assert bench.interrupts.msi[0].counts == Counts(fired=2, masked=2, pending=2)
    bench.msi_gate.turn(masked=set())
    assert bench.count(fd) == 1
    assert bench.msi_gate.shown == set()
    assert bench.interrupts.msi[0].counts == Counts(fired=2, masked=2, delivered=1)
    assert bench.notes()[-1] == ("msi[0]", "delivered after a wait")


def test_a_vector_in_use_without_an_eventfd_waits_for_one(bench: Any) -> None:
    bench.msix_gate.turn(on=True)
    bench.interrupts.msix[64].fire()
    assert bench.interrupts.msix[64].pending
    (fd,) = bench.give(MSIX, 64)
    assert bench.count(fd) == 1
    assert not bench.interrupts.msix[64].pending


def test_what_waits_outlives_the_clients_setting_up_anew(bench: Any) -> None:
    bench.msix_gate.turn(on=True, masked={0})
    bench.give(MSIX)
    bench.interrupts.msix[0].fire()
    bench.interrupts.set(MSIX, "trigger", 0, 0, None)
    bench.msix_gate.turn(masked=set())
    (fd,) = bench.give(MSIX)
    assert bench.count(fd) == 1


def test_a_vector_that_nobody_uses_loses_its_fire(bench: Any) -> None:
    bench.interrupts.msix[0].fire()
    assert bench.interrupts.msix[0].counts == Counts(fired=1, lost=1)
    (fd,) = bench.give(MSIX)
    assert bench.count(fd) == 0


def test_what_waits_is_lost_when_the_guest_turns_the_type_off(bench: Any) -> None:
    bench.msix_gate.turn(on=True)
    bench.interrupts.msix[0].fire()
    bench.msix_gate.turn(on=False)
    assert bench.interrupts.msix[0].counts == Counts(fired=1, lost=1)
    assert bench.msix_gate.shown == set()


def test_a_reset_loses_what_waits_and_keeps_the_clients_eventfds(bench: Any) -> None:
    (fd,) = bench.give(MSI)
    (line,) = bench.give(INTX)
    bench.msi_gate.turn(masked={0})
    bench.interrupts.msi[0].fire()
    bench.pin.turn(masked={0})
    bench.interrupts.intx.raise_()
    bench.interrupts.reset()
    bench.msi_gate.turn(masked=set())
    bench.pin.turn(masked=set())
    assert (bench.count(fd), bench.count(line)) == (0, 0)
    assert not bench.interrupts.intx.asserted
    bench.interrupts.msi[0].fire()
    assert bench.count(fd) == 1


def test_a_vector_that_does_not_exist_is_named_with_what_to_write(bench: Any) -> None:
    with pytest.raises(IrqError, match=r"msi\[4\]: the device has 4 vectors.*msi=COUNT"):
        bench.interrupts.msi[4].fire()
    with pytest.raises(IrqError):
        bench.interrupts.msi[-1].fire()


def test_a_device_without_a_line_says_so(bench: Any) -> None:
    without = Interrupts(bench.interrupts.intx.owner, lambda *_: None)
    with pytest.raises(IrqError, match="intx=True"):
        without.intx.raise_()
    assert [t.count for t in without] == [0, 0, 0, 1, 1]
    without.reset()


def test_showing_interrupts_tells_state_and_counts(bench: Any) -> None:
    bench.give(MSI)
    bench.interrupts.msi[0].fire()
    assert repr(bench.interrupts.msi).splitlines()[:2] == [
        "msi: 4 vectors",
        "<msi[0]: enabled; fired 1, delivered 1, masked 0, pending 0, lost 0>",
    ]
    assert "no eventfd" in repr(bench.interrupts.intx)
