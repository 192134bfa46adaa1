"""A recorded session with the educational device, played again with each of its hooks."""

from collections.abc import Callable
from types import ModuleType

import pytest

import muserlab as ml

IRQ = 5  # s that an interrupt may take


@pytest.fixture
def driven(example: Callable[[str], ModuleType], lab: ml.Lab) -> ml.PCIDevice:
    """Give the served device after a driver has used it: factorials, DMA both ways, interrupts."""
    dev: ml.PCIDevice = example("edu").dev
    lab.serve(dev)
    with lab.connect() as drv:
        (vector,) = drv.msi.enable(1)
        memory = drv.dma.share(4096)
        memory.view[:5] = b"hello"
        drv.bar0.LIVENESS.write(0x1234)
        assert drv.bar0.LIVENESS.read() == 0xFFFF_EDCB
        for number in (5, 12):
            drv.bar0.STATUS.write(interrupt=1)
            drv.bar0.FACTORIAL.write(number)
            assert vector.wait(timeout=IRQ)
            assert drv.bar0.FACTORIAL.read() > number
            drv.bar0.IRQ_ACK.write(drv.bar0.IRQ_STATUS.read())
        for source, target, to_ram in ((memory.iova, 0x40000, 0), (0x40000, memory.iova + 64, 1)):
            drv.bar0.DMA_SRC.write(source)
            drv.bar0.DMA_DST.write(target)
            drv.bar0.DMA_COUNT.write(5)
            drv.bar0.DMA_CMD.write(start=1, to_ram=to_ram, interrupt=1)
            assert vector.wait(timeout=IRQ)
            drv.bar0.IRQ_ACK.write(drv.bar0.IRQ_STATUS.read())
        assert bytes(memory.view[64:69]) == b"hello"
    return dev


def test_each_of_its_hooks_makes_no_difference_and_all_is_as_it_was(driven: ml.PCIDevice) -> None:
    hooks = [hook for hook in driven.bar0.hooks.hooks.values() if hook]
    assert len(hooks) == 7
    for hook in hooks:
        rehearsal = hook.try_(hook.current.function)
        assert rehearsal.same, rehearsal
        assert (rehearsal.strayed, rehearsal.remarks) == (0, ())
    names = ("bar0.FACTORIAL", "bar0.DMA_CMD", "bar0.IRQ_ACK")
    assert all(driven.trace.counts.by_where[name] for name in names)


def test_a_mistake_shows_at_the_access_where_the_driver_would_meet_it(
    driven: ml.PCIDevice,
) -> None:
    def forgetful(dev: ml.PCIDevice, new: ml.Value, old: ml.Value) -> None:
        dev.bar0.IRQ_STATUS.poke(0xFF)

    rehearsal = driven.bar0.IRQ_ACK.on_write.try_(forgetful)
    first = rehearsal.differences[0]
    assert (first.access, first.what, first.where) == (
        "write bar0.IRQ_ACK 0x00000001",
        "register",
        "bar0.IRQ_STATUS",
    )
    replies = [one for one in rehearsal.differences if one.what == "reply"]
    assert replies[0].access == "read bar0.IRQ_STATUS"
