"""A client maps what it was offered, in a file that nobody can resize."""

import fcntl
import gc
import mmap
import os
from contextlib import suppress

import pytest

from muserlab.device import BAR, DefinitionError, Memory, PCIDevice
from muserlab.regs import RW


class SparseBar(BAR, size=0x4000):
    SECRET = RW(0x0, reset=0x1234_5678)
    LOW = Memory(0x1000, 0x1000, mappable=True)
    NOTES = Memory(0x2000, 0x100)
    HIGH = Memory(0x3000, 0x1000, mappable=True)


class WholeBar(BAR, size=0x1000, mappable=True):
    CTRL = RW(0x10, reset=7)


@pytest.fixture
def sparse() -> PCIDevice:
    return PCIDevice("sparse", id=(0x1234, 2), bar0=SparseBar, bar1=WholeBar, bar2=4096)


def fd_of(device: PCIDevice, index: int) -> int:
    fd = device.region(index).fd
    assert fd is not None
    return fd


@pytest.mark.parametrize("size", [0, 0x1000, 0x8000])
def test_the_file_cannot_be_resized(sparse: PCIDevice, size: int) -> None:
    fd = fd_of(sparse, 0)
    with pytest.raises(PermissionError):
        os.ftruncate(fd, size)
    with pytest.raises(PermissionError):
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    assert os.fstat(fd).st_size == 0x4000


def test_areas_are_shared_and_nothing_else_is(sparse: PCIDevice) -> None:
    region = sparse.region(0)
    assert region.areas == ((0x1000, 0x1000), (0x3000, 0x1000))
    region.write(0x3004, b"from the device")
    region.write(0x2000, b"notes")
    with mmap.mmap(fd_of(sparse, 0), region.size) as client:
        assert client[0x3004:0x3013] == b"from the device"
        assert client[0:0x1000] == bytes(0x1000)
        assert client[0x2000:0x3000] == bytes(0x1000)
        client[0:4] = b"evil"
        client[0x1000:0x1003] = b"abc"
    assert region.read(0, 4) == b"\x78\x56\x34\x12"
    assert sparse.bar0.LOW.peek()[:3] == b"abc"


def test_a_bar_mappable_as_a_whole_shares_its_registers(sparse: PCIDevice) -> None:
    region = sparse.region(1)
    assert region.areas == ()
    with mmap.mmap(fd_of(sparse, 1), region.size) as client:
        assert client[0x10] == 7
        client[0x20] = 1
        client[0x10] = 8
    assert sparse.bar1.CTRL.peek() == 8
    assert region.read(0x20, 1) == b"\1"


def test_a_bar_that_is_not_mappable_has_no_file(sparse: PCIDevice) -> None:
    assert sparse.region(2).fd is None
    assert sparse.region(2).areas == ()


def test_the_file_closes_with_the_device() -> None:
    device = PCIDevice("sparse", id=(0x1234, 2), bar0=SparseBar)
    fd = fd_of(device, 0)
    identity = os.fstat(fd).st_ino
    del device
    gc.collect()
    with suppress(OSError):  # unless the number was taken again
        assert os.fstat(fd).st_ino != identity


@pytest.mark.parametrize(("offset", "size"), [(0x800, 0x1000), (0x1000, 0x800)])
def test_memory_that_is_not_whole_pages_cannot_be_mappable(offset: int, size: int) -> None:
    with pytest.raises(DefinitionError, match="whole pages"):
        Memory(offset, size, mappable=True)


def test_memory_without_bytes_is_refused() -> None:
    with pytest.raises(DefinitionError, match="1 or more"):
        Memory(0, 0)
