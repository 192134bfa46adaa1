"""The driver's side: connect to any vfio-user server and use its device from a script.

`connect` gives a synchronous `Driver`, `open_driver` an `AsyncDriver` for tasks on trio. Both run
the same logic; only who waits for the sockets differs.
"""

from muserlab.client.blocking import Driver, connect
from muserlab.client.blocking_parts import Dma, DmaMemory, Irq, Region, Register, Vector
from muserlab.client.dma import AsyncDma, AsyncMemory
from muserlab.client.driver import (
    DEFAULT_TIMEOUT,
    OFFER,
    Address,
    AsyncDriver,
    Layouts,
    open_driver,
)
from muserlab.client.errors import (
    ClientError,
    DriverBusy,
    NotMappable,
    ServerGone,
    ServerRefused,
    ServerTimeout,
)
from muserlab.client.irq import AsyncIrq, AsyncVector
from muserlab.client.mapping import Area, Mapping
from muserlab.client.memory import Memory
from muserlab.client.names import format_size, irq_name, region_name
from muserlab.client.region import AsyncRegion, AsyncRegister, describe_capability
from muserlab.client.registers import LayoutLike, PlacedLike

__all__ = [
    "DEFAULT_TIMEOUT",
    "OFFER",
    "Address",
    "Area",
    "AsyncDma",
    "AsyncDriver",
    "AsyncIrq",
    "AsyncMemory",
    "AsyncRegion",
    "AsyncRegister",
    "AsyncVector",
    "ClientError",
    "Dma",
    "DmaMemory",
    "Driver",
    "DriverBusy",
    "Irq",
    "LayoutLike",
    "Layouts",
    "Mapping",
    "Memory",
    "NotMappable",
    "PlacedLike",
    "Region",
    "Register",
    "ServerGone",
    "ServerRefused",
    "ServerTimeout",
    "Vector",
    "connect",
    "describe_capability",
    "format_size",
    "irq_name",
    "open_driver",
    "region_name",
]
