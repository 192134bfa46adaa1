import errno
import fcntl
import os

import pytest

from muserlab.device import PCIDevice, ResetKind
from muserlab.proto import (
    DmaFlags,
    DmaMap,
    DmaUnmap,
    Fds,
    IrqSetFlags,
    RegionRead,
    Request,
    RequestBody,
    Reset,
    SetIrqs,
)

from .conftest import Steps

INTX, MSI, MSIX = 0, 1, 2
BOTH = DmaFlags.READ | DmaFlags.WRITE
TRIGGER = IrqSetFlags.TRIGGER
EVENTFD = IrqSetFlags.DATA_EVENTFD | TRIGGER


def eventfd() -> int:
    return os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)


def memory(size: int = 0x10000) -> int:
    fd = os.memfd_create("guest", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return fd


def test_eventfd_is_signalled_by_the_vector_that_it_was_given_to(
    step: Steps, device: PCIDevice
) -> None:
    first, second = eventfd(), eventfd()
    answer = step(SetIrqs(EVENTFD, MSI, 1, 2), Fds([os.dup(first), os.dup(second)]))
    assert answer.errno is None
    device.msi[2].fire()
    assert os.eventfd_read(second) == 1
    with pytest.raises(BlockingIOError):
        os.eventfd_read(first)
    os.close(first)
    os.close(second)


def test_triggering_without_data_signals_every_vector_of_the_range(step: Steps) -> None:
    fds = [eventfd() for _ in range(4)]
    step(SetIrqs(EVENTFD, MSI, 0, 4), Fds([os.dup(fd) for fd in fds]))
    assert step(SetIrqs(IrqSetFlags.DATA_NONE | TRIGGER, MSI, 1, 2)).errno is None
    assert [os.read(fd, 8)[0] for fd in fds[1:3]] == [1, 1]
    for fd in (fds[0], fds[3]):
        with pytest.raises(BlockingIOError):
            os.eventfd_read(fd)
    for fd in fds:
        os.close(fd)


def test_triggering_by_booleans_signals_the_vectors_that_are_true(step: Steps) -> None:
    fds = [eventfd() for _ in range(3)]
    step(SetIrqs(EVENTFD, MSI, 0, 3), Fds([os.dup(fd) for fd in fds]))
    bools = IrqSetFlags.DATA_BOOL | TRIGGER
    assert step(SetIrqs(bools, MSI, 0, 3, b"\1\0\1")).errno is None
    assert os.eventfd_read(fds[0]) == os.eventfd_read(fds[2]) == 1
    with pytest.raises(BlockingIOError):
        os.eventfd_read(fds[1])
    for fd in fds:
        os.close(fd)


def test_triggers_are_taken_away_by_eventfd_without_descriptors(
    no_leak: None, step: Steps, device: PCIDevice
) -> None:
    fd = eventfd()
    step(SetIrqs(EVENTFD, MSI, 0, 1), Fds([os.dup(fd)]))
    assert step(SetIrqs(EVENTFD, MSI, 0, 1)).errno is None
    device.msi[0].fire()
    with pytest.raises(BlockingIOError):
        os.eventfd_read(fd)
    os.close(fd)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (SetIrqs(EVENTFD, MSI, 0, 3), 2),
        (SetIrqs(EVENTFD, MSI, 0, 1), 2),
        (SetIrqs(EVENTFD, MSI, 3, 2), 2),
        (SetIrqs(EVENTFD, MSI, 0, 0xFFFFFFFF), 1),
        (SetIrqs(EVENTFD, 9, 0, 1), 1),
        (SetIrqs(IrqSetFlags.DATA_NONE | TRIGGER, MSI, 0, 1), 1),
        (SetIrqs(IrqSetFlags.DATA_BOOL | TRIGGER, MSI, 0, 1, b"\1"), 1),
        (SetIrqs(IrqSetFlags.DATA_NONE | TRIGGER, MSI, 0xFFFFFFFF, 0xFFFFFFFF), 0),
        (SetIrqs(IrqSetFlags.DATA_NONE | IrqSetFlags.MASK, MSI, 4, 1), 0),
    ],
)
def test_interrupt_setup_that_makes_no_sense_is_refused_and_its_descriptors_closed(
    no_leak: None, step: Steps, body: SetIrqs, count: int
) -> None:
    assert step(body, Fds([eventfd() for _ in range(count)])).errno == errno.EINVAL


def test_mapped_memory_is_what_the_device_reads(step: Steps, device: PCIDevice) -> None:
    fd = memory()
    os.pwrite(fd, b"hello", 0x2000)
    answer = step(DmaMap(BOTH, 0x1000, 0x80000, 0x4000), Fds([fd]))
    assert answer.errno is None
    assert device.dma.read(0x81000, 5) == b"hello"


def test_unmapping_repeats_the_request_and_closes_the_descriptor(
    no_leak: None, step: Steps
) -> None:
    step(DmaMap(BOTH, 0, 0x80000, 0x4000), Fds([memory()]))
    unmap = DmaUnmap(24, 0, 0x80000, 0x4000)
    assert step(unmap).body == unmap
    assert step(unmap).errno is not None


def test_everything_is_unmapped_at_once(no_leak: None, step: Steps, device: PCIDevice) -> None:
    for address in (0x10000, 0x30000):
        step(DmaMap(BOTH, 0, address, 0x4000), Fds([memory()]))
    assert step(DmaUnmap(24, 2, 0, 0)).errno is None
    assert list(device.dma.regions) == []


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (DmaUnmap(24, 0, 0x5000, 0x1000), errno.ENOENT),
        (DmaUnmap(24, 2, 0x1000, 0), errno.EINVAL),
        (DmaUnmap(24, 4, 0x1000, 0x1000), errno.EINVAL),
        (DmaUnmap(24, 1, 0x1000, 0x1000), errno.ENOTSUP),
    ],
)
def test_unmapping_what_is_not_there_is_refused(step: Steps, body: DmaUnmap, number: int) -> None:
    assert step(body).errno == number


def test_memory_over_memory_is_refused_as_existing(no_leak: None, step: Steps) -> None:
    step(DmaMap(BOTH, 0, 0x80000, 0x4000))
    answer = step(DmaMap(BOTH, 0, 0x83000, 0x4000), Fds([memory()]))
    assert answer.errno == errno.EEXIST


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (DmaMap(BOTH, 0, 0x80000, 0x4000), 2),
        (DmaMap(DmaFlags(0), 0, 0x80000, 0x4000), 1),
        (DmaMap(DmaFlags(8), 0, 0x80000, 0x4000), 1),
        (DmaMap(BOTH, 0, 0x80000, 0), 1),
        (DmaMap(BOTH, 0, (1 << 64) - 0x1000, 0x2000), 1),
    ],
)
def test_memory_that_makes_no_sense_is_refused_and_its_descriptors_closed(
    no_leak: None, step: Steps, body: DmaMap, count: int
) -> None:
    assert step(body, Fds([memory() for _ in range(count)])).errno == errno.EINVAL


def test_disconnecting_closes_what_the_client_sent(no_leak: None, step: Steps) -> None:
    step(DmaMap(BOTH, 0, 0x80000, 0x4000), Fds([memory()]))
    step(SetIrqs(EVENTFD, MSI, 0, 1), Fds([eventfd()]))
    step.session.close()


def test_reset_resets_the_device(step: Steps, device: PCIDevice) -> None:
    kinds: list[ResetKind] = []

    @device.on_reset
    def note(dev: PCIDevice, kind: ResetKind) -> None:
        kinds.append(kind)

    device.bar0.A.poke(7)
    assert step(Reset()).errno is None
    assert kinds == [ResetKind.DEVICE]
    assert device.bar0.A.peek() == 0


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        (DmaUnmap(24, 0, 0, 0x1000), True),
        (Reset(), True),
        (DmaMap(BOTH, 0, 0, 0x1000), False),
        (RegionRead(0, 0, 4), False),
    ],
)
def test_only_unmapping_and_reset_need_the_device_at_rest(
    step: Steps, body: RequestBody, needed: bool
) -> None:
    assert step.session.needs_quiet(Request(1, body)) == needed
