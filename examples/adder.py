"""The quickstart device: it adds one.

Write A, set CTRL.go, and SUM holds A + 1; STAT.done is set and MSI vector 0 fires.
The driver acknowledges by writing 1 to STAT.done.

    muserlab serve examples/adder.py
"""

import muserlab as ml


class AdderBar(ml.BAR, size=4096):
    """BAR0: four registers."""

    A = ml.RW(0x00, doc="the operand")
    CTRL = ml.RW(0x08, go=ml.bit(0, doc="start the addition"))
    SUM = ml.RO(0x0C, doc="A + 1, once STAT.done is set")
    STAT = ml.W1C(0x10, done=ml.bit(0, doc="a sum is ready"))


@AdderBar.CTRL.on_write
def start(dev, new, old):
    if new.go:
        dev.bar0.SUM.poke((dev.bar0.A.peek() + 1) & 0xFFFF_FFFF)
        dev.bar0.STAT.poke(done=1)
        dev.msi[0].fire()


dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=AdderBar, msi=1)
