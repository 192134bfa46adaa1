"""QEMU's educational device (1234:11e8), as its docs/specs/edu.rst describes it.

Identification, liveness, a factorial that takes a while, interrupts to raise and acknowledge by
hand, and DMA both ways through a 4 KiB buffer, with addresses of 28 bits.

    muserlab serve examples/edu.py
"""

import math

import muserlab as ml

FACTORIAL_DONE = 0x001  # bits of IRQ_STATUS
DMA_DONE = 0x100

BUFFER = 0x40000
BUFFER_SIZE = 4096
DMA_REGISTERS = range(0x80, 0xA0)  # writes to them are lost while a transfer runs
DMA_MASK = (1 << 28) - 1

FACTORIAL_SECONDS = 0.01  # long enough to be polled, short enough not to bore
DMA_SECONDS = 0.1


class EduBar(ml.BAR, size=1 << 20):
    """BAR0: registers below 0x80 take 4-byte accesses, the others 4 or 8."""

    ID = ml.RO(0x00, reset=0x0100_00ED, doc="0xRRrr00ed: major and minor version")
    LIVENESS = ml.RW(0x04, doc="reads as the inverse of what was written")
    FACTORIAL = ml.RW(0x08, doc="a number, and then its factorial (modulo 2^32)")
    STATUS = ml.RO(
        0x20,
        computing=ml.bit(0, doc="a factorial is being computed"),
        interrupt=ml.bit(7, ml.Access.RW, doc="raise an interrupt when it is done"),
    )
    IRQ_STATUS = ml.RO(0x24, doc="the values that raised the interrupt")
    IRQ_RAISE = ml.WO(0x60, doc="or this into IRQ_STATUS and interrupt")
    IRQ_ACK = ml.WO(0x64, doc="clear these bits of IRQ_STATUS")
    DMA_SRC = ml.RW(0x80, size=8, doc="where from: a bus address, or the buffer's offset")
    DMA_DST = ml.RW(0x88, size=8, doc="where to: likewise")
    DMA_COUNT = ml.RW(0x90, size=8, doc="how many bytes")
    DMA_CMD = ml.RW(
        0x98,
        size=8,
        start=ml.bit(0, doc="start; reads 1 until the transfer is done"),
        to_ram=ml.bit(1, doc="0: from RAM to the buffer; 1: from the buffer to RAM"),
        interrupt=ml.bit(2, doc="raise interrupt 0x100 when done"),
    )
    BUF = ml.Memory(BUFFER, BUFFER_SIZE)


def legal(offset: int, count: int) -> bool:
    return count == 4 or (count == 8 and offset >= 0x80)


@EduBar.on_read
def reads_of_a_wrong_size_give_ones(dev, offset, count):
    return ml.PASS if legal(offset, count) else b"\xff" * count


@EduBar.on_write
def writes_of_a_wrong_size_are_lost(dev, offset, data):
    busy = offset in DMA_REGISTERS and dev.bar0.DMA_CMD.start.peek()
    return ml.PASS if legal(offset, len(data)) and not busy else None


@EduBar.LIVENESS.on_write
def invert(dev, new, old):
    dev.bar0.LIVENESS.poke(~new & 0xFFFF_FFFF)


# -- interrupts --------------------------------------------------------------------------------


def raise_irq(dev: ml.PCIDevice, value: int) -> None:
    dev.bar0.IRQ_STATUS.poke(dev.bar0.IRQ_STATUS.peek() | value)
    if dev.msi[0].enabled:
        dev.msi[0].fire()
    else:
        dev.intx.raise_()


@EduBar.IRQ_RAISE.on_write
def raise_by_hand(dev, new, old):
    if new:
        raise_irq(dev, new)


@EduBar.IRQ_ACK.on_write
def acknowledge(dev, new, old):
    left = dev.bar0.IRQ_STATUS.peek() & ~new
    dev.bar0.IRQ_STATUS.poke(left)
    if not left:
        dev.intx.lower()


# -- factorial ---------------------------------------------------------------------------------


@EduBar.FACTORIAL.on_write
def compute(dev, new, old):
    if dev.bar0.STATUS.computing.peek():
        dev.bar0.FACTORIAL.poke(old)  # busy: the write is lost
        return
    dev.bar0.STATUS.poke(computing=1)
    dev.after(FACTORIAL_SECONDS, computed)


def computed(dev: ml.PCIDevice) -> None:
    number = dev.bar0.FACTORIAL.peek()
    # From 34! on, 2^32 divides it; nothing is gained by multiplying up to four thousand million.
    dev.bar0.FACTORIAL.poke(math.factorial(number) & 0xFFFF_FFFF if number < 34 else 0)
    dev.bar0.STATUS.poke(computing=0)
    if dev.bar0.STATUS.interrupt.peek():
        raise_irq(dev, FACTORIAL_DONE)


# -- DMA ---------------------------------------------------------------------------------------


@EduBar.DMA_CMD.on_write
def start_dma(dev, new, old):
    if new.start:
        dev.after(DMA_SECONDS, transfer)
    else:
        dev.bar0.DMA_CMD.poke(old)  # only a start is taken


async def transfer(dev: ml.PCIDevice) -> None:
    try:
        await move(dev)
    except Exception:  # reported; the driver only sees that it has ended
        finish_dma(dev)
        raise
    finish_dma(dev)


async def move(dev: ml.PCIDevice) -> None:
    regs = dev.bar0
    source, target, count = regs.DMA_SRC.peek(), regs.DMA_DST.peek(), regs.DMA_COUNT.peek()
    if regs.DMA_CMD.to_ram.peek():
        start = in_buffer(source, count)
        await dev.dma.awrite(target & DMA_MASK, dev.bar0[start : start + count].peek())
    else:
        start = in_buffer(target, count)
        data = await dev.dma.aread(source & DMA_MASK, count)
        dev.bar0[start : start + count].poke(data)


def finish_dma(dev: ml.PCIDevice) -> None:
    dev.bar0.DMA_CMD.poke(start=0)
    if dev.bar0.DMA_CMD.interrupt.peek():
        raise_irq(dev, DMA_DONE)


def in_buffer(offset: int, count: int) -> int:
    if not BUFFER <= offset <= offset + count <= BUFFER + BUFFER_SIZE:
        raise ValueError(f"DMA of {count} bytes at {offset:#x} leaves the buffer at {BUFFER:#x}")
    return offset


dev = ml.PCIDevice(
    "edu",
    id=(0x1234, 0x11E8),
    subsystem=(0x1AF4, 0x1100),
    revision=0x10,
    class_code=0x00FF00,
    bar0=EduBar,
    intx=True,
    msi=ml.MSI(1, bits=64),
)
