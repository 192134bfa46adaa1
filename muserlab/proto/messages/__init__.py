"""The bodies of all messages: one file for each family, each body with its own layout."""

from .access import (
    RegionData,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    RegionWrittenMulti,
    Reset,
)
from .body import Body, Empty, Malformed, RequestBody
from .dma import DmaData, DmaMap, DmaRead, DmaUnmap, DmaWrite, DmaWritten
from .feature import DeviceFeature
from .info import (
    DeviceInfo,
    GetDeviceInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IoFd,
    RegionInfo,
    RegionIoFds,
)
from .irqs import GetIrqInfo, IrqInfo, SetIrqs
from .migration import MigData, MigDataRead, MigDataWrite
from .version import Version

__all__ = [
    "Body",
    "DeviceFeature",
    "DeviceInfo",
    "DmaData",
    "DmaMap",
    "DmaRead",
    "DmaUnmap",
    "DmaWrite",
    "DmaWritten",
    "Empty",
    "GetDeviceInfo",
    "GetIrqInfo",
    "GetRegionInfo",
    "GetRegionIoFds",
    "IoFd",
    "IrqInfo",
    "Malformed",
    "MigData",
    "MigDataRead",
    "MigDataWrite",
    "RegionData",
    "RegionInfo",
    "RegionIoFds",
    "RegionRead",
    "RegionWrite",
    "RegionWriteMulti",
    "RegionWritten",
    "RegionWrittenMulti",
    "RequestBody",
    "Reset",
    "SetIrqs",
    "Version",
]
