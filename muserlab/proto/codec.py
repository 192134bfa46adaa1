"""Which body belongs to which command, in which direction, and with which limits."""

import errno

from .constants import Command, Role
from .errors import BodyError
from .messages import (
    Body,
    DeviceFeature,
    DeviceInfo,
    DmaData,
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
    IrqInfo,
    Malformed,
    MigData,
    MigDataRead,
    MigDataWrite,
    RegionData,
    RegionInfo,
    RegionIoFds,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    RegionWrittenMulti,
    RequestBody,
    Reset,
    SetIrqs,
    Version,
)

EXCHANGES: dict[Command, tuple[type[RequestBody], type[Body]]] = {
    Command.VERSION: (Version, Version),
    Command.DMA_MAP: (DmaMap, Empty),
    Command.DMA_UNMAP: (DmaUnmap, DmaUnmap),
    Command.DEVICE_GET_INFO: (GetDeviceInfo, DeviceInfo),
    Command.DEVICE_GET_REGION_INFO: (GetRegionInfo, RegionInfo),
    Command.DEVICE_GET_REGION_IO_FDS: (GetRegionIoFds, RegionIoFds),
    Command.DEVICE_GET_IRQ_INFO: (GetIrqInfo, IrqInfo),
    Command.DEVICE_SET_IRQS: (SetIrqs, Empty),
    Command.REGION_READ: (RegionRead, RegionData),
    Command.REGION_WRITE: (RegionWrite, RegionWritten),
    Command.DMA_READ: (DmaRead, DmaData),
    Command.DMA_WRITE: (DmaWrite, DmaWritten),
    Command.DEVICE_RESET: (Reset, Empty),
    Command.REGION_WRITE_MULTI: (RegionWriteMulti, RegionWrittenMulti),
    Command.DEVICE_FEATURE: (DeviceFeature, DeviceFeature),
    Command.MIG_DATA_READ: (MigDataRead, MigData),
    Command.MIG_DATA_WRITE: (MigDataWrite, Empty),
}
"""The bodies of each command's request and reply."""

_FROM_SERVER = frozenset({Command.DMA_READ, Command.DMA_WRITE})

SENT_BY: dict[Role, frozenset[Command]] = {
    Role.CLIENT: frozenset(Command) - _FROM_SERVER,
    Role.SERVER: _FROM_SERVER,
}
"""The commands that each role may send."""

_KNOWN = frozenset(int(command) for command in Command)

REQUESTS_WITH_FDS = frozenset({Command.DMA_MAP, Command.DEVICE_SET_IRQS})
REPLIES_WITH_FDS = frozenset(
    {Command.VERSION, Command.DEVICE_GET_REGION_INFO, Command.DEVICE_GET_REGION_IO_FDS}
)


def decode_request(command: int, payload: memoryview) -> RequestBody | Malformed:
    """Read a request's body."""
    if command not in _KNOWN:
        return Malformed(command, errno.EINVAL, f"unknown command {command}")
    try:
        return EXCHANGES[Command(command)][0].decode(payload)
    except BodyError as error:
        return Malformed(command, error.errno, str(error))


def decode_reply(asked: RequestBody, payload: memoryview) -> Body:
    """Read the body of a reply to what was asked; raises `BodyError`."""
    if isinstance(asked, DmaWrite) and not payload:
        # Older QEMU answers with nothing but a header.
        return DmaWritten(asked.address, len(asked.data))
    return EXCHANGES[asked.command][1].decode(payload)


def encode_reply(asked: RequestBody, body: Body) -> tuple[bytes, bool]:
    """Lay a reply out, and tell whether all of it is there.

    A reply that is larger than the requester has room for is cut down to its fixed part.
    """
    match asked, body:
        case GetRegionInfo(), RegionInfo():
            whole = body.argsz <= asked.argsz
        case GetRegionIoFds(), RegionIoFds():
            whole = body.argsz <= asked.argsz
        case _:
            return body.encode(), True
    return body.encode() if whole else body.encode_fixed(), whole


def transfer_size(body: RequestBody) -> int:
    """Return how many bytes of data a request transfers, 0 for one that transfers none."""
    match body:
        case RegionRead(count=count) | DmaRead(count=count) | MigDataRead(size=count):
            return count
        case RegionWrite(data=data) | DmaWrite(data=data) | MigDataWrite(data=data):
            return len(data)
        case _:
            return 0
