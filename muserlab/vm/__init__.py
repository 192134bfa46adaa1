"""A Linux guest under QEMU with served vfio-user devices in it.

`boot` starts one and gives a `Guest`, in which commands are run; `install` fetches what that needs.
It knows devices only as names and sockets, so anyone's vfio-user server will do.
"""

from .boot import boot
from .cache import cache_folder
from .errors import (
    BootError,
    CommandFailed,
    CommandTimeout,
    GuestGone,
    GuestPanic,
    ImageError,
    InstallError,
    MonitorError,
    QemuNotFound,
    UnsupportedHost,
    VmError,
)
from .find import Qemu, find_qemu
from .guest import Guest
from .image import Contents
from .install import Progress, install
from .qemu import Config, Device
from .result import Result
from .sysroot import Sysroot

__all__ = [
    "BootError",
    "CommandFailed",
    "CommandTimeout",
    "Config",
    "Contents",
    "Device",
    "Guest",
    "GuestGone",
    "GuestPanic",
    "ImageError",
    "InstallError",
    "MonitorError",
    "Progress",
    "Qemu",
    "QemuNotFound",
    "Result",
    "Sysroot",
    "UnsupportedHost",
    "VmError",
    "boot",
    "cache_folder",
    "find_qemu",
    "install",
]
