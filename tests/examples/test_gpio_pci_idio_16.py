"""The GPIO card at its ports; the real driver on it is tests/examples/test_in_a_guest.py's."""

from collections.abc import Callable
from types import ModuleType

import pytest

import muserlab as ml

OUT0_7, IN0_7, IRQ_CTL, FILTER_CTL, OUT8_15, IN8_15, IRQ_STATUS = range(7)


@pytest.fixture
def card(example: Callable[[str], ModuleType]) -> ModuleType:
    """Give the example's module: `dev`, `set_inputs`, `outputs`."""
    return example("gpio_pci_idio_16")


def port(card: ModuleType, offset: int) -> int:
    return card.dev.bar2.read(offset, 1)[0]


def put(card: ModuleType, offset: int, value: int) -> None:
    card.dev.bar2.write(offset, bytes([value]))


def test_outputs_read_back(card: ModuleType) -> None:
    put(card, OUT0_7, 0x5A)
    put(card, OUT8_15, 0xC3)
    assert (port(card, OUT0_7), port(card, OUT8_15)) == (0x5A, 0xC3)
    assert card.outputs(card.dev) == 0xC35A


def test_inputs_are_set_from_outside(card: ModuleType) -> None:
    card.set_inputs(card.dev, 0xBEEF)
    assert (port(card, IN0_7), port(card, IN8_15)) == (0xEF, 0xBE)


def test_writing_an_input_port_does_not_change_it(card: ModuleType) -> None:
    card.set_inputs(card.dev, 0x0011)
    put(card, IN0_7, 0xFF)
    assert port(card, IN0_7) == 0x11


def test_no_interrupt_unless_the_driver_asked_for_it(card: ModuleType) -> None:
    card.set_inputs(card.dev, 1)
    assert port(card, IRQ_STATUS) == 0
    assert not card.dev.intx.asserted


def test_a_changed_input_interrupts_until_cleared(card: ModuleType) -> None:
    port(card, IRQ_CTL)  # reading enables
    card.set_inputs(card.dev, 0x0100)
    status = card.dev.bar2.IRQ_STATUS.peek()
    assert (status.low, status.high, status.pending) == (0, 1, 1)
    assert card.dev.intx.asserted
    put(card, IN0_7, 0)  # writing clears
    assert port(card, IRQ_STATUS) == 0
    assert not card.dev.intx.asserted


def test_inputs_that_stay_do_not_interrupt(card: ModuleType) -> None:
    port(card, IRQ_CTL)
    card.set_inputs(card.dev, 0)
    assert not card.dev.intx.asserted


def test_writing_the_control_port_disables_the_interrupt(card: ModuleType) -> None:
    port(card, IRQ_CTL)
    put(card, IRQ_CTL, 0)
    card.set_inputs(card.dev, 1)
    assert not card.dev.intx.asserted


def test_the_line_reaches_a_client(card: ModuleType, lab: ml.Lab) -> None:
    lab.serve(card.dev)
    with lab.connect() as drv:
        (line,) = drv.intx.enable()
        drv.bar2.IRQ_CTL.read()
        card.set_inputs(card.dev, 0b100)
        assert line.wait(timeout=5) == 1
        assert drv.bar2.IRQ_STATUS.read().low == 1
