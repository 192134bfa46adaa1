"""The numbers of the vfio-user protocol: commands, flags, sizes and defaults."""

from enum import Enum, IntEnum, IntFlag

MAJOR = 0
MINOR = 0

MAX_MSG_FDS = 1
MAX_DATA_XFER_SIZE = 1 << 20
MAX_DMA_MAPS = 65535
PGSIZES = 4096


class Role(Enum):
    """Which end of the connection one is: the client drives the device, the server is it."""

    CLIENT = "client"
    SERVER = "server"


class Command(IntEnum):
    """What a message asks for (vfio-user specification, Commands; 14 is no longer in use)."""

    VERSION = 1
    DMA_MAP = 2
    DMA_UNMAP = 3
    DEVICE_GET_INFO = 4
    DEVICE_GET_REGION_INFO = 5
    DEVICE_GET_REGION_IO_FDS = 6
    DEVICE_GET_IRQ_INFO = 7
    DEVICE_SET_IRQS = 8
    REGION_READ = 9
    REGION_WRITE = 10
    DMA_READ = 11
    DMA_WRITE = 12
    DEVICE_RESET = 13
    REGION_WRITE_MULTI = 15
    DEVICE_FEATURE = 16
    MIG_DATA_READ = 17
    MIG_DATA_WRITE = 18


class DmaFlags(IntFlag):
    """What the server may do with a DMA region (VFIO_USER_DMA_MAP)."""

    READ = 1
    WRITE = 2


class DeviceFlags(IntFlag):
    """What a device is and can do (VFIO_USER_DEVICE_GET_INFO)."""

    RESET = 1
    PCI = 2


class RegionFlags(IntFlag):
    """How a region may be accessed (VFIO_USER_DEVICE_GET_REGION_INFO)."""

    READ = 1
    WRITE = 2
    MMAP = 4
    CAPS = 8


class IrqInfoFlags(IntFlag):
    """How interrupts of one type behave (VFIO_USER_DEVICE_GET_IRQ_INFO)."""

    EVENTFD = 1
    MASKABLE = 2
    AUTOMASKED = 4
    NORESIZE = 8


class IrqSetFlags(IntFlag):
    """One kind of data and one action, or'ed (VFIO_USER_DEVICE_SET_IRQS)."""

    DATA_NONE = 1
    DATA_BOOL = 2
    DATA_EVENTFD = 4
    MASK = 8
    UNMASK = 16
    TRIGGER = 32


class IoFdType(IntEnum):
    """How writes to a sub-region are told by fd (VFIO_USER_DEVICE_GET_REGION_IO_FDS)."""

    IOEVENTFD = 0
    IOREGIONFD = 1
    IOEVENTFD_SHADOW = 2


class FeatureFlags(IntFlag):
    """What to do with a feature, in the upper half of the flags (VFIO_USER_DEVICE_FEATURE)."""

    GET = 1 << 16
    SET = 1 << 17
    PROBE = 1 << 18


class Feature(IntEnum):
    """The features that vfio-user knows, in the lower half of the flags."""

    MIGRATION = 1
    MIG_DEVICE_STATE = 2
    DMA_LOGGING_START = 6
    DMA_LOGGING_STOP = 7
    DMA_LOGGING_REPORT = 8
