"""The educational device, against each section of its specification (QEMU, docs/specs/edu.rst)."""

import math
from collections.abc import Callable, Coroutine, Iterator
from types import ModuleType
from typing import Any

import pytest

import muserlab as ml
from muserlab.device import InlineHost

ALL_ONES = 0xFFFF_FFFF


class Work:
    """What an example does later, unless it is cancelled."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call

    def cancel(self) -> None:
        self.call = lambda: None


class Clock(InlineHost):
    """A host on which time passes when a test says so."""

    def __init__(self) -> None:
        self.waiting: list[Work] = []

    def after(self, _seconds: float, fn: Callable[..., object], *args: object) -> Any:
        self.waiting.append(Work(lambda: fn(*args)))
        return self.waiting[-1]

    def pass_time(self) -> None:
        """Run what waits; async work of an unserved device never waits itself."""
        for work in self.waiting:
            pending = work.call()
            if isinstance(pending, Coroutine):
                with pytest.raises(StopIteration):
                    pending.send(None)


@pytest.fixture
def dev(example: Callable[[str], ModuleType]) -> ml.PCIDevice:
    """Give the device, not served: no clock runs."""
    return example("edu").dev


@pytest.fixture
def drv(dev: ml.PCIDevice, lab: ml.Lab) -> Iterator[ml.Driver]:
    """Give a driver of the served device."""
    lab.serve(dev)
    with lab.connect() as driver:
        yield driver


def read(dev: ml.PCIDevice, offset: int, count: int = 4) -> int:
    return int.from_bytes(dev.bar0.read(offset, count), "little")


def write(dev: ml.PCIDevice, offset: int, value: int, count: int = 4) -> None:
    dev.bar0.write(offset, value.to_bytes(count, "little"))


def test_identification(dev: ml.PCIDevice) -> None:
    assert read(dev, 0x00) == 0x0100_00ED
    write(dev, 0x00, 0)
    assert read(dev, 0x00) == 0x0100_00ED


def test_liveness_is_the_inverse(dev: ml.PCIDevice) -> None:
    write(dev, 0x04, 0x1234_5678)
    assert read(dev, 0x04) == 0xEDCB_A987


@pytest.mark.parametrize(("offset", "count"), [(0x00, 1), (0x04, 2), (0x00, 8), (0x80, 1)])
def test_accesses_of_a_wrong_size_read_ones_and_write_nothing(
    dev: ml.PCIDevice, offset: int, count: int
) -> None:
    before = dev.bar0.peek(0, 0xA0)
    assert read(dev, offset, count) == (1 << 8 * count) - 1
    write(dev, offset, 0, count)
    assert dev.bar0.peek(0, 0xA0) == before


@pytest.mark.parametrize("number", [0, 1, 5, 12, 13, 33, 34, ALL_ONES])
def test_factorial_modulo_32_bits(drv: Any, number: int) -> None:
    (done,) = drv.msi.enable(1)
    drv.bar0.STATUS.write(interrupt=1)
    drv.bar0.FACTORIAL.write(number)
    done.wait(timeout=5)
    expected = math.factorial(number) & ALL_ONES if number < 100 else 0
    assert drv.bar0.FACTORIAL.read() == expected
    assert drv.bar0.STATUS.read().computing == 0
    assert drv.bar0.IRQ_STATUS.read() == 1


def test_the_computing_bit_is_set_meanwhile_and_a_second_number_lost(
    dev: ml.PCIDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[Any] = []
    monkeypatch.setattr(dev, "after", lambda _seconds, fn: waiting.append(fn))
    write(dev, 0x08, 6)
    assert read(dev, 0x20) & 1
    write(dev, 0x08, 3)
    (fn,) = waiting
    fn(dev)
    assert read(dev, 0x08) == 720
    assert not read(dev, 0x20) & 1


def test_only_the_interrupt_bit_of_the_status_can_be_written(dev: ml.PCIDevice) -> None:
    write(dev, 0x20, ALL_ONES)
    assert read(dev, 0x20) == 0x80


def test_raise_and_acknowledge_by_hand_over_intx(dev: ml.PCIDevice) -> None:
    write(dev, 0x60, 0x5)
    assert read(dev, 0x24) == 0x5
    assert dev.intx.asserted
    write(dev, 0x64, 0x1)
    assert dev.intx.asserted
    write(dev, 0x64, 0x4)
    assert read(dev, 0x24) == 0
    assert not dev.intx.asserted


def test_msi_instead_of_intx_once_it_is_enabled(drv: Any, dev: ml.PCIDevice) -> None:
    (vector,) = drv.msi.enable(1)
    drv.bar0.IRQ_RAISE.write(0x10)
    assert vector.wait(timeout=5) == 1
    assert not dev.intx.asserted


def start(drv: Any, source: int, target: int, count: int, *, to_ram: int) -> None:
    """Start a transfer and wait for its interrupt, acknowledging it."""
    (done,) = drv.msi.enable(1)
    drv.bar0.DMA_SRC.write(source)
    drv.bar0.DMA_DST.write(target)
    drv.bar0.DMA_COUNT.write(count)
    drv.bar0.DMA_CMD.write(start=1, to_ram=to_ram, interrupt=1)
    done.wait(timeout=5)
    assert drv.bar0.IRQ_STATUS.read() == 0x100
    assert drv.bar0.DMA_CMD.read().start == 0
    drv.bar0.IRQ_ACK.write(0x100)
    drv.msi.disable()


@pytest.mark.parametrize("kind", ["share", "offer"])
def test_dma_there_and_back_again(drv: Any, kind: str) -> None:
    memory = getattr(drv.dma, kind)(0x2000)
    memory.view[:100] = bytes(range(100))
    start(drv, memory.iova, 0x40000, 100, to_ram=0)
    start(drv, 0x40000, memory.iova + 0x1000, 100, to_ram=1)
    assert bytes(memory.view[0x1000 : 0x1000 + 100]) == bytes(range(100))


def test_dma_addresses_have_28_bits(drv: Any) -> None:
    memory = drv.dma.share(0x1000, iova=0x10_0000)
    memory.view[:4] = b"here"
    start(drv, memory.iova | 1 << 28, 0x40000, 4, to_ram=0)
    start(drv, 0x40000, memory.iova + 8, 4, to_ram=1)
    assert bytes(memory.view[8:12]) == b"here"


@pytest.mark.parametrize(("target", "count"), [(0x3FFFF, 4), (0x40FFD, 4), (0x40000, 4097)])
def test_dma_that_leaves_the_buffer_is_reported_and_moves_nothing(
    drv: Any, dev: ml.PCIDevice, lab: ml.Lab, target: int, count: int
) -> None:
    memory = drv.dma.share(0x2000)
    memory.view[:] = b"\xaa" * 0x2000
    start(drv, memory.iova, target, count, to_ram=0)
    assert dev.bar0.peek(0x40000, 4096) == bytes(4096)
    assert any("leaves the buffer" in str(fault.error) for fault in lab.reports.recent)


def test_dma_registers_keep_still_while_a_transfer_runs(
    dev: ml.PCIDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "after", lambda *_: None)
    write(dev, 0x80, 0x1000, 8)
    write(dev, 0x98, 0x1, 8)
    write(dev, 0x80, 0x2000, 8)
    write(dev, 0x98, 0x0, 8)
    assert (read(dev, 0x80, 8), read(dev, 0x98, 8)) == (0x1000, 0x1)


def test_a_command_without_start_is_lost(dev: ml.PCIDevice) -> None:
    write(dev, 0x98, 0x6, 8)
    assert read(dev, 0x98, 8) == 0


@pytest.mark.parametrize("kind", [ml.ResetKind.DEVICE, ml.ResetKind.FUNCTION_LEVEL])
@pytest.mark.parametrize(("offset", "value", "count"), [(0x08, 6, 4), (0x98, 0x7, 8)])
def test_a_reset_in_the_middle_of_the_work_ends_it(
    dev: ml.PCIDevice, kind: ml.ResetKind, offset: int, value: int, count: int
) -> None:
    clock = dev.host = Clock()
    after_reset = dev.bar0.peek(0, 0xA0)
    write(dev, 0x20, 0x80)
    write(dev, 0x80, 0x40000, 8)
    write(dev, offset, value, count)
    assert clock.waiting
    dev.reset(kind)
    clock.pass_time()
    assert dev.bar0.peek(0, 0xA0) == after_reset
    assert not dev.intx.asserted
    assert dev.msi[0].counts.fired == 0


def test_the_factorial_can_be_computed_again_after_a_reset(dev: ml.PCIDevice) -> None:
    clock = dev.host = Clock()
    write(dev, 0x08, 6)
    dev.reset()
    write(dev, 0x08, 5)
    clock.pass_time()
    assert read(dev, 0x08) == 120
    assert not read(dev, 0x20) & 1
