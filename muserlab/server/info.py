"""The requests with which a client gets to know a device."""

from dataclasses import replace

from muserlab.device import DeviceError, IrqError, PCIDevice, Region, RegionError
from muserlab.proto import (
    DeviceFlags,
    DeviceInfo,
    Fds,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IrqInfo,
    IrqInfoFlags,
    RegionCapability,
    RegionFlags,
    RegionInfo,
    RegionIoFds,
    RegionType,
    SparseMmap,
    Version,
    negotiate,
)
from muserlab.server.answer import Answer, State


def version(state: State, body: Version, _fds: Fds) -> Answer:
    """Agree on a version and on capabilities, and tell the device that a client is there."""
    if state.connected:
        raise DeviceError("the version was agreed on before")
    passes_fds = body.capabilities.max_msg_fds > 0
    offer = state.limits if passes_fds else replace(state.limits, twin_socket=None)
    reply = negotiate(body, offer)
    state.device.connect(state.client)
    state.connected = True
    state.limits = reply.capabilities
    state.device.dma.limit = reply.capabilities.max_dma_maps
    state.passes_fds = passes_fds
    return Answer(reply)


def device_info(state: State, _body: GetDeviceInfo, _fds: Fds) -> Answer:
    """Count regions and interrupt types."""
    device = state.device
    flags = DeviceFlags.RESET | DeviceFlags.PCI
    return Answer(DeviceInfo(flags, len(device.regions), len(device.interrupts)))


def region_info(state: State, body: GetRegionInfo, _fds: Fds) -> Answer:
    """Describe a region; its memory's descriptor goes along where the client may map it."""
    device = state.device
    if body.index >= len(device.regions):
        raise RegionError(f"there is no region {body.index}")
    region = device.regions[body.index]
    if region is None:
        return Answer(RegionInfo(body.index, RegionFlags(0), 0, 0, ()))
    flags = RegionFlags(0)
    if region.readable:
        flags |= RegionFlags.READ
    if region.writable:
        flags |= RegionFlags.WRITE
    capabilities = _capabilities(region)
    if capabilities:
        flags |= RegionFlags.CAPS
    if region.fd is None or not state.passes_fds:
        return Answer(RegionInfo(body.index, flags, region.size, 0, capabilities))
    flags |= RegionFlags.MMAP
    info = RegionInfo(body.index, flags, region.size, region.fd_offset, capabilities)
    return Answer(info, (region.fd,))


def region_io_fds(state: State, body: GetRegionIoFds, _fds: Fds) -> Answer:
    """Offer no shortcut: every access comes as a message."""
    if body.index >= len(state.device.regions):
        raise RegionError(f"there is no region {body.index}")
    return Answer(RegionIoFds(body.index, ()))


def irq_info(state: State, body: GetIrqInfo, _fds: Fds) -> Answer:
    """Describe an interrupt type."""
    device = state.device
    if body.index >= len(device.interrupts):
        raise IrqError(f"there is no interrupt type {body.index}")
    return Answer(
        IrqInfo(body.index, _irq_flags(device, body.index), device.interrupts[body.index].count)
    )


def _capabilities(region: Region) -> tuple[RegionCapability, ...]:
    capabilities: list[RegionCapability] = []
    if region.areas:
        capabilities.append(SparseMmap(tuple(region.areas)))
    if region.region_type is not None:
        capabilities.append(RegionType(*region.region_type))
    return tuple(capabilities)


def _irq_flags(device: PCIDevice, index: int) -> IrqInfoFlags:
    irq = device.interrupts[index]
    flags = IrqInfoFlags(0)
    if irq.eventfd:
        flags |= IrqInfoFlags.EVENTFD
    if irq.maskable:
        flags |= IrqInfoFlags.MASKABLE
    if irq.automasked:
        flags |= IrqInfoFlags.AUTOMASKED
    if irq.noresize:
        flags |= IrqInfoFlags.NORESIZE
    return flags
