"""ACCES PCI-IDIO-16: 16 FET outputs, 16 isolated inputs, an interrupt when an input changes.

Enough of the card for Linux's gpio-pci-idio-16 driver (CONFIG_GPIO_PCI_IDIO_16). Several offsets
mean one thing when read and another when written, as on the card: reading 0x2 enables the
interrupt, writing it disables it.

    set_inputs(dev, 0x00ff)     # drive the input pins, as the world outside would

    muserlab serve examples/gpio_pci_idio_16.py
"""

import muserlab as ml


class IdioBar(ml.BAR, size=8, io=True):
    """BAR2: eight I/O ports, one byte each."""

    OUT0_7 = ml.RW(0x0, size=1, doc="outputs 0-7")
    IN0_7 = ml.RO(0x1, size=1, doc="read: inputs 0-7; write: clear the interrupt")
    IRQ_CTL = ml.RO(0x2, size=1, doc="read: enable the interrupt; write: disable it")
    FILTER_CTL = ml.RO(0x3, size=1, doc="read: input filters on; write: off")
    OUT8_15 = ml.RW(0x4, size=1, doc="outputs 8-15")
    IN8_15 = ml.RO(0x5, size=1, doc="inputs 8-15")
    IRQ_STATUS = ml.RO(
        0x6,
        size=1,
        low=ml.bit(0, doc="one of inputs 0-7 changed"),
        high=ml.bit(1, doc="one of inputs 8-15 changed"),
        pending=ml.bit(2, doc="the interrupt is asserted"),
    )


@IdioBar.IN0_7.on_write
def clear_interrupt(dev, new, old):
    dev.bar2.IRQ_STATUS.poke(0)
    dev.intx.lower()


@IdioBar.IRQ_CTL.on_read
def enable_interrupt(dev, value):
    dev.state.irq_enabled = True


@IdioBar.IRQ_CTL.on_write
def disable_interrupt(dev, new, old):
    dev.state.irq_enabled = False


@IdioBar.FILTER_CTL.on_read
def activate_filters(dev, value):
    dev.state.filtered = True


@IdioBar.FILTER_CTL.on_write
def deactivate_filters(dev, new, old):
    dev.state.filtered = False


def outputs(dev: ml.PCIDevice) -> int:
    """Return the 16 output pins as one number, output 0 in bit 0."""
    return dev.bar2.OUT0_7.peek() | dev.bar2.OUT8_15.peek() << 8


def set_inputs(dev: ml.PCIDevice, levels: int) -> None:
    """Drive the 16 input pins, input 0 in bit 0; a change interrupts if the driver asked for it."""
    low, high = levels & 0xFF, levels >> 8 & 0xFF
    low_changed = low != dev.bar2.IN0_7.peek()
    high_changed = high != dev.bar2.IN8_15.peek()
    dev.bar2.IN0_7.poke(low)
    dev.bar2.IN8_15.poke(high)
    if (low_changed or high_changed) and getattr(dev.state, "irq_enabled", False):
        dev.bar2.IRQ_STATUS.poke(low=low_changed, high=high_changed, pending=1)
        dev.intx.raise_()


dev = ml.PCIDevice(
    "gpio",
    id=(0x494F, 0x0DC8),
    subsystem=(0x494F, 0x0DC8),
    class_code=0xFF0000,
    bar2=IdioBar,
    intx=True,
)
