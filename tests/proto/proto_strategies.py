"""Hypothesis strategies for every body, and two connections that have agreed."""

from typing import Any

from hypothesis import strategies as st

from muserlab.proto import (
    OFFER,
    Body,
    Capabilities,
    Command,
    Connection,
    DeviceFeature,
    DeviceFlags,
    DeviceInfo,
    DmaData,
    DmaFlags,
    DmaMap,
    DmaRead,
    DmaUnmap,
    DmaWrite,
    DmaWritten,
    Empty,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IoFd,
    IrqInfo,
    IrqInfoFlags,
    IrqSetFlags,
    MigData,
    MigDataRead,
    MigDataWrite,
    Migration,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionIoFds,
    RegionRead,
    RegionType,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    RegionWrittenMulti,
    Request,
    RequestBody,
    Reset,
    Role,
    SetIrqs,
    SparseMmap,
    TwinSocket,
    UnknownCapability,
    Version,
    negotiate,
)

ROOMY = 1 << 16

u16 = st.integers(0, (1 << 16) - 1)
u32 = st.integers(0, (1 << 32) - 1)
u64 = st.integers(0, (1 << 64) - 1)
data = st.binary(max_size=64)
count = st.integers(0, 4096)
room = st.just(ROOMY)

capabilities = st.builds(
    Capabilities,
    max_msg_fds=u64,
    max_data_xfer_size=u64,
    max_dma_maps=u64,
    pgsizes=u64,
    twin_socket=st.none() | st.builds(TwinSocket, st.booleans(), st.none() | u32),
    write_multiple=st.booleans(),
    migration=st.none() | st.builds(Migration, u64, u64),
)

region_capability = st.one_of(
    st.builds(SparseMmap, st.lists(st.tuples(u64, u64), max_size=3).map(tuple)),
    st.builds(RegionType, u32, u32),
    st.builds(
        UnknownCapability,
        st.integers(3, 99),
        u16,
        st.integers(0, 3).flatmap(lambda n: st.binary(min_size=8 * n, max_size=8 * n)),
    ),
)

_actions = [IrqSetFlags.MASK, IrqSetFlags.UNMASK, IrqSetFlags.TRIGGER]
_sources = [IrqSetFlags.DATA_NONE, IrqSetFlags.DATA_EVENTFD]


def _with_booleans(action: IrqSetFlags, index: int, start: int, booleans: bytes) -> SetIrqs:
    return SetIrqs(action | IrqSetFlags.DATA_BOOL, index, start, len(booleans), booleans)


set_irqs = st.one_of(
    st.builds(
        SetIrqs,
        st.sampled_from([a | source for a in _actions for source in _sources]),
        u32,
        u32,
        u32,
    ),
    st.builds(_with_booleans, st.sampled_from(_actions), u32, u32, data),
)

small_write = st.builds(RegionWrite, u64, u32, st.binary(max_size=8))

REQUESTS: dict[Command, st.SearchStrategy[Any]] = {
    Command.VERSION: st.builds(Version, u16, u16, capabilities),
    Command.DMA_MAP: st.builds(DmaMap, u32.map(DmaFlags), u64, u64, u64),
    Command.DMA_UNMAP: st.builds(DmaUnmap, room, u32, u64, u64),
    Command.DEVICE_GET_INFO: st.builds(GetDeviceInfo, room),
    Command.DEVICE_GET_REGION_INFO: st.builds(GetRegionInfo, room, u32),
    Command.DEVICE_GET_REGION_IO_FDS: st.builds(GetRegionIoFds, room, u32),
    Command.DEVICE_GET_IRQ_INFO: st.builds(GetIrqInfo, room, u32),
    Command.DEVICE_SET_IRQS: set_irqs,
    Command.REGION_READ: st.builds(RegionRead, u64, u32, count),
    Command.REGION_WRITE: st.builds(RegionWrite, u64, u32, data),
    Command.DMA_READ: st.builds(DmaRead, u64, count),
    Command.DMA_WRITE: st.builds(DmaWrite, u64, data),
    Command.DEVICE_RESET: st.builds(Reset),
    Command.REGION_WRITE_MULTI: st.builds(
        RegionWriteMulti, st.lists(small_write, max_size=4).map(tuple)
    ),
    Command.DEVICE_FEATURE: st.builds(DeviceFeature, room, u32, data),
    Command.MIG_DATA_READ: st.builds(MigDataRead, room, count),
    Command.MIG_DATA_WRITE: st.builds(MigDataWrite, data),
}

REPLIES: dict[Command, st.SearchStrategy[Any]] = {
    Command.VERSION: REQUESTS[Command.VERSION],
    Command.DMA_MAP: st.builds(Empty),
    Command.DMA_UNMAP: REQUESTS[Command.DMA_UNMAP],
    Command.DEVICE_GET_INFO: st.builds(DeviceInfo, u32.map(DeviceFlags), u32, u32),
    Command.DEVICE_GET_REGION_INFO: st.builds(
        RegionInfo,
        u32,
        u32.map(RegionFlags),
        u64,
        u64,
        st.lists(region_capability, max_size=4).map(tuple),
    ),
    Command.DEVICE_GET_REGION_IO_FDS: st.builds(
        RegionIoFds,
        u32,
        st.lists(st.builds(IoFd, u64, u64, u32, u32, u32, u64), max_size=4).map(tuple),
    ),
    Command.DEVICE_GET_IRQ_INFO: st.builds(IrqInfo, u32, u32.map(IrqInfoFlags), u32),
    Command.DEVICE_SET_IRQS: st.builds(Empty),
    Command.REGION_READ: st.builds(RegionData, u64, u32, data),
    Command.REGION_WRITE: st.builds(RegionWritten, u64, u32, u32),
    Command.DMA_READ: st.builds(DmaData, u64, data),
    Command.DMA_WRITE: st.builds(DmaWritten, u64, u64),
    Command.DEVICE_RESET: st.builds(Empty),
    Command.REGION_WRITE_MULTI: st.builds(RegionWrittenMulti, u64),
    Command.DEVICE_FEATURE: REQUESTS[Command.DEVICE_FEATURE],
    Command.MIG_DATA_READ: st.builds(MigData, data),
    Command.MIG_DATA_WRITE: st.builds(Empty),
}

FROM_SERVER = (Command.DMA_READ, Command.DMA_WRITE)
FROM_CLIENT = tuple(c for c in Command if c not in (*FROM_SERVER, Command.VERSION))

GENEROUS = Capabilities(max_msg_fds=16, write_multiple=True, migration=Migration())


def requests(*commands: Command) -> st.SearchStrategy[RequestBody]:
    """Return a strategy for the requests of some commands."""
    return st.sampled_from(commands).flatmap(lambda command: REQUESTS[command])


def agree(client: Connection, server: Connection) -> None:
    """Take two connections through the VERSION exchange."""
    [proposal] = server.receive(client.request(Version(capabilities=client.offer)).data)
    assert isinstance(proposal, Request)
    assert isinstance(proposal.body, Version)
    client.receive(server.reply(proposal, negotiate(proposal.body, server.offer)).data)


def agreed_pair(
    client_offer: Capabilities = OFFER, server_offer: Capabilities = OFFER
) -> tuple[Connection, Connection]:
    """Return a client's and a server's connection that have agreed."""
    client, server = Connection(Role.CLIENT, client_offer), Connection(Role.SERVER, server_offer)
    agree(client, server)
    return client, server


def ask(client: Connection, server: Connection, body: RequestBody) -> Request:
    """Let one connection ask the other; return what arrives."""
    [request] = server.receive(client.request(body).data)
    assert isinstance(request, Request)
    return request


def answer(server: Connection, client: Connection, request: Request, body: Body) -> Body | None:
    """Let one connection answer the other; return what arrives."""
    [reply] = client.receive(server.reply(request, body).data)
    assert not isinstance(reply, Request)
    return reply.body
