"""A new definition's interrupts take the place of a former one's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from muserlab.device.irq import Counts

INTX, MSI, MSIX = range(3)


@pytest.fixture
def heir(new_bench: Callable[[], Any]) -> Iterator[Any]:
    heir = new_bench()
    yield heir
    heir.close()


def test_eventfds_masks_and_counts_move(bench: Any, heir: Any) -> None:
    one, two = bench.give(MSI, 0, 2)
    bench.interrupts.set(MSI, "mask", 1, 1, None)
    bench.interrupts.msi[1].fire()
    heir.interrupts.succeed(bench.interrupts)
    heir.interrupts.take_over(bench.interrupts)
    heir.interrupts.msi[0].fire()
    assert (bench.count(one), bench.count(two)) == (1, 0)
    assert heir.msi_gate.shown == {1}
    heir.interrupts.set(MSI, "unmask", 1, 1, None)
    assert bench.count(two) == 1
    assert heir.interrupts.msi[1].counts == Counts(fired=1, masked=1, delivered=1)


def test_an_asserted_line_stays_asserted(bench: Any, heir: Any) -> None:
    (fd,) = bench.give(INTX)
    bench.interrupts.intx.raise_()
    heir.interrupts.succeed(bench.interrupts)
    heir.interrupts.take_over(bench.interrupts)
    assert heir.pin.shown == {0}
    heir.interrupts.set(INTX, "unmask", 0, 1, None)
    assert bench.count(fd) == 2


def test_the_former_one_has_nothing_left(bench: Any, heir: Any) -> None:
    (fd,) = bench.give(MSIX)
    bench.interrupts.intx.raise_()
    heir.interrupts.succeed(bench.interrupts)
    heir.interrupts.take_over(bench.interrupts)
    bench.interrupts.msix[0].fire()
    assert bench.count(fd) == 0
    assert not bench.interrupts.intx.asserted
    assert heir.interrupts.intx.asserted
