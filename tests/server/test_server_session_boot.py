"""What QEMU 11 sends while a guest boots, step by step, and what it must get back."""

import fcntl
import os

from muserlab.device import PCIDevice
from muserlab.proto import (
    Capabilities,
    Connection,
    DeviceInfo,
    DmaFlags,
    DmaMap,
    DmaUnmap,
    Fds,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    IrqSetFlags,
    Migration,
    RegionData,
    RegionInfo,
    RegionRead,
    RegionWrite,
    Request,
    Reset,
    Role,
    SetIrqs,
    Version,
)
from muserlab.server import OFFER, Answer, Session

from .conftest import Steps

QEMU = Capabilities(
    max_msg_fds=16,
    max_dma_maps=65535,
    max_data_xfer_size=1 << 20,
    pgsizes=4096,
    migration=Migration(max_bitmap_size=256 << 20, pgsize=4096),
    write_multiple=True,
)
READ_WRITE = DmaFlags.READ | DmaFlags.WRITE
DISABLE = IrqSetFlags.DATA_NONE | IrqSetFlags.TRIGGER
ASSIGN = IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER
UNMASK = IrqSetFlags.DATA_NONE | IrqSetFlags.UNMASK
INTX, MSI, MSIX, ERR = 0, 1, 2, 3
COMMAND, STATUS, BAR0, ROM = 0x04, 0x06, 0x10, 0x30


def ram(size: int) -> int:
    fd = os.memfd_create("ram", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return fd


def config(step: Steps, offset: int, size: int) -> int:
    body = step(RegionRead(offset, 7, size)).body
    assert isinstance(body, RegionData)
    return int.from_bytes(body.data, "little")


def set_config(step: Steps, offset: int, value: int, size: int) -> None:
    assert step(RegionWrite(offset, 7, value.to_bytes(size, "little"))).errno is None


def done(answer: Answer) -> None:
    assert answer.errno is None


def test_version_reply_fits_the_214_bytes_that_qemu_has_for_it(device: PCIDevice) -> None:
    session = Session(device)
    server, client = Connection(Role.SERVER, OFFER), Connection(Role.CLIENT, QEMU)
    (request,) = server.receive(client.request(Version(capabilities=QEMU)).data)
    assert isinstance(request, Request)
    answer = session.step(request)
    assert isinstance(answer, Answer)
    reply = server.reply(request, answer.body).data
    assert len(reply) <= 214
    assert b'"max_msg_fds":16' in reply
    assert b'"max_data_xfer_size":1048576' in reply


def test_guest_boots(no_leak: None, fresh: Steps, device: PCIDevice) -> None:
    step = fresh

    # Before the guest runs.
    version = step(Version(capabilities=QEMU)).body
    assert isinstance(version, Version)
    assert (version.major, version.minor) == (0, 0)
    assert version.capabilities.max_msg_fds <= 16
    assert version.capabilities.twin_socket is None
    done(step(DmaMap(READ_WRITE, 0, 0, 0x100000), Fds([ram(0x100000)])))
    done(step(DmaMap(DmaFlags.READ, 0, 0xFFFC0000, 0x40000)))
    info = step(GetDeviceInfo(16)).body
    assert isinstance(info, DeviceInfo)
    assert info.num_regions >= 8
    assert info.num_irqs >= 3
    for index in (0, 1, 2, 3, 4, 5, 7):
        body = step(GetRegionInfo(32, index)).body
        assert isinstance(body, RegionInfo)
        done(step(GetRegionInfo(body.argsz, index)))
    for index in (ERR, MSIX):
        done(step(GetIrqInfo(16, index)))
    config(step, 0, 256)
    set_config(step, ROM, 0xFFFFFFFF, 4)
    assert config(step, ROM, 4) == 0
    assert config(step, 0x3D, 1) == 1
    line, error = os.eventfd(0, os.EFD_NONBLOCK), os.eventfd(0, os.EFD_NONBLOCK)
    done(step(SetIrqs(ASSIGN, INTX, 0, 1), Fds([os.dup(line)])))
    done(step(SetIrqs(ASSIGN, ERR, 0, 1), Fds([os.dup(error)])))

    # Machine reset.
    done(step(SetIrqs(DISABLE, INTX, 0, 0)))
    set_config(step, COMMAND, config(step, COMMAND, 2), 2)
    done(step(Reset()))
    done(step(SetIrqs(ASSIGN, INTX, 0, 1), Fds([os.dup(line)])))
    for bar in range(BAR0, 0x28, 4):
        set_config(step, bar, 0, 4)

    # Firmware: memory comes and goes, BARs are sized and placed.
    for end in (0xA0000, 0xC0000, 0xE0000):
        done(step(DmaMap(READ_WRITE, end, 0x1000000 + end, 0x20000), Fds([ram(0x200000)])))
    for end in (0xA0000, 0xC0000, 0xE0000):
        unmap = DmaUnmap(24, 0, 0x1000000 + end, 0x20000)
        assert step(unmap).body == unmap
    set_config(step, BAR0, 0xFFFFFFFF, 4)
    assert config(step, BAR0, 4) & ~0xF == 0xFFFFC000
    set_config(step, BAR0, 0xFEB00000, 4)
    set_config(step, COMMAND, 0b111, 2)

    # The driver: posted BAR writes, an INTx that is acknowledged at the next access.
    assert step.raw(RegionWrite(0, 0, b"\1\0\0\0"), posted=True) is None
    device.intx.raise_()
    assert os.eventfd_read(line) == 1
    assert config(step, STATUS, 2) & 1 << 3
    done(step(RegionRead(0, 0, 4)))
    done(step(SetIrqs(UNMASK, INTX, 0, 1)))
    assert os.eventfd_read(line) == 1  # nobody lowered it
    device.intx.lower()
    done(step(SetIrqs(UNMASK, INTX, 0, 1)))

    # MSI-X is enabled without descriptors first, and set up in runs when a vector is unmasked.
    done(step(SetIrqs(DISABLE, INTX, 0, 0)))
    done(step(SetIrqs(ASSIGN, MSIX, 0, 1)))
    done(step(SetIrqs(DISABLE, MSIX, 0, 0)))
    done(step(SetIrqs(ASSIGN, MSIX, 0, 1)))
    vector = os.eventfd(0, os.EFD_NONBLOCK)
    done(step(SetIrqs(ASSIGN, MSIX, 1, 1), Fds([os.dup(vector)])))
    done(step(SetIrqs(DISABLE, MSIX, 0, 0)))

    # MSI on, and off again.
    done(step(SetIrqs(DISABLE, INTX, 0, 0)))
    done(step(SetIrqs(ASSIGN, MSI, 0, 1), Fds([os.dup(vector)])))
    done(step(SetIrqs(DISABLE, MSI, 0, 0)))
    done(step(SetIrqs(ASSIGN, INTX, 0, 1), Fds([os.dup(line)])))

    # The guest is gone.
    step.session.close()
    assert step.log == []
    for fd in (line, error, vector):
        os.close(fd)
