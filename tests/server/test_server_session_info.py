import errno

import pytest

from muserlab.device import PCIDevice
from muserlab.proto import (
    Capabilities,
    DeviceFeature,
    DeviceFlags,
    DeviceInfo,
    DmaRead,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IrqInfo,
    IrqInfoFlags,
    Malformed,
    MigDataRead,
    MigDataWrite,
    ProtocolError,
    RegionFlags,
    RegionInfo,
    RegionIoFds,
    SparseMmap,
    TwinSocket,
    Version,
)
from muserlab.server import Answer

from .conftest import Steps


def test_version_is_agreed_and_connects_the_device(fresh: Steps, device: PCIDevice) -> None:
    assert device.client is None
    reply = fresh(Version(0, 0, Capabilities(max_data_xfer_size=4096))).body
    assert isinstance(reply, Version)
    assert reply.capabilities.max_data_xfer_size == 4096
    assert device.client == "pid 1"


def test_version_of_another_major_breaks_the_protocol(fresh: Steps, device: PCIDevice) -> None:
    with pytest.raises(ProtocolError, match=r"version 1\.0"):
        fresh(Version(1, 0))
    assert device.client is None


def test_second_version_is_refused(step: Steps) -> None:
    assert step(Version()).errno == errno.EINVAL


def test_several_writes_in_one_message_are_not_offered(fresh: Steps) -> None:
    reply = fresh(Version(0, 0, Capabilities(write_multiple=True))).body
    assert isinstance(reply, Version)
    assert not reply.capabilities.write_multiple


def test_twin_socket_is_agreed_where_the_client_has_it(fresh: Steps) -> None:
    reply = fresh(Version(0, 0, Capabilities(twin_socket=TwinSocket(supported=True)))).body
    assert isinstance(reply, Version)
    assert reply.capabilities.twin_socket == TwinSocket(supported=True, fd_index=0)


def test_closing_disconnects_the_device_once(step: Steps, device: PCIDevice) -> None:
    step.session.close()
    step.session.close()
    assert device.client is None
    assert len(device.trace.select(kind="disconnect")) == 1


def test_closing_before_version_leaves_the_device_alone(fresh: Steps, device: PCIDevice) -> None:
    fresh.session.close()
    assert not device.trace.select(kind="disconnect")


def test_device_has_nine_regions_and_five_interrupt_types(step: Steps) -> None:
    expected = DeviceInfo(DeviceFlags.RESET | DeviceFlags.PCI, num_regions=9, num_irqs=5)
    assert step(GetDeviceInfo(16)).body == expected


def test_region_with_mappable_memory_comes_with_its_areas_and_descriptor(
    step: Steps, device: PCIDevice
) -> None:
    answer = step(GetRegionInfo(1024, 0))
    info = answer.body
    assert isinstance(info, RegionInfo)
    assert info.flags == RegionFlags.READ | RegionFlags.WRITE | RegionFlags.MMAP | RegionFlags.CAPS
    assert info.size == 0x4000
    assert info.capabilities == (SparseMmap(((0x1000, 0x1000),)),)
    assert answer.fds == (device.bar0.fd,)


def test_client_that_takes_no_descriptors_gets_none(fresh: Steps) -> None:
    offer = Capabilities(max_msg_fds=0, twin_socket=TwinSocket(supported=True))
    version = fresh(Version(0, 0, offer)).body
    assert isinstance(version, Version)
    assert version.capabilities.twin_socket is None
    answer = fresh(GetRegionInfo(1024, 0))
    assert isinstance(answer.body, RegionInfo)
    assert not answer.body.flags & RegionFlags.MMAP
    assert answer.fds == ()


def test_region_that_cannot_be_mapped_has_no_descriptor(step: Steps) -> None:
    answer = step(GetRegionInfo(32, 7))
    assert answer == Answer(RegionInfo(7, RegionFlags.READ | RegionFlags.WRITE, 256, 0))


def test_region_that_the_device_does_not_have_is_empty(step: Steps) -> None:
    assert step(GetRegionInfo(32, 1)).body == RegionInfo(1, RegionFlags(0), 0, 0)


@pytest.mark.parametrize("body", [GetRegionInfo(32, 9), GetRegionIoFds(16, 9), GetIrqInfo(16, 5)])
def test_index_beyond_the_last_is_refused(
    step: Steps, body: GetRegionInfo | GetRegionIoFds | GetIrqInfo
) -> None:
    assert step(body).errno == errno.EINVAL


def test_no_region_has_io_descriptors(step: Steps) -> None:
    assert step(GetRegionIoFds(16, 0)).body == RegionIoFds(0, ())


@pytest.mark.parametrize("index", range(5))
def test_interrupt_types_say_what_they_are(step: Steps, device: PCIDevice, index: int) -> None:
    irq = device.interrupts[index]
    info = step(GetIrqInfo(16, index)).body
    assert isinstance(info, IrqInfo)
    assert (info.index, info.count) == (index, irq.count)
    assert (IrqInfoFlags.EVENTFD in info.flags) == irq.eventfd
    assert (IrqInfoFlags.MASKABLE in info.flags) == irq.maskable
    assert (IrqInfoFlags.AUTOMASKED in info.flags) == irq.automasked
    assert (IrqInfoFlags.NORESIZE in info.flags) == irq.noresize


@pytest.mark.parametrize(
    "body", [DeviceFeature(8, 1 << 18 | 1), MigDataRead(4096, 10), MigDataWrite(b""), DmaRead(0, 1)]
)
def test_what_is_not_there_is_not_supported(
    step: Steps, body: DeviceFeature | MigDataRead | MigDataWrite | DmaRead
) -> None:
    assert step(body).errno == errno.ENOTSUP


def test_malformed_request_is_refused_with_its_errno_and_a_line(
    step: Steps, device: PCIDevice
) -> None:
    assert step(Malformed(14, errno.EINVAL, "unknown command 14")).errno == errno.EINVAL
    assert step.log == [
        "adder: pid 1: unknown command refused with EINVAL: unknown command 14",
    ]
    assert "unknown command 14" in device.trace[-1].note


def test_refusals_of_one_kind_are_told_once_and_traced_each_time(
    step: Steps, device: PCIDevice
) -> None:
    for index in (9, 10, 11):
        step(GetRegionInfo(32, index))
    assert len(step.log) == 1
    assert len(device.trace.select(kind="log", where="DEVICE_GET_REGION_INFO")) == 3
