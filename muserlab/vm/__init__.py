"""A Linux guest under QEMU with served vfio-user devices in it.

`boot` starts one and gives a `Guest`, in which commands are run; `install` fetches what that needs.
It knows devices only as names and sockets, so anyone's vfio-user server will do.
"""

from muserlab.vm.boot import boot
from muserlab.vm.cache import cache_folder
from muserlab.vm.console import TERMINAL_SIZE
from muserlab.vm.errors import (
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
from muserlab.vm.find import Qemu, find_qemu
from muserlab.vm.guest import Guest
from muserlab.vm.image import Contents
from muserlab.vm.install import Progress, install
from muserlab.vm.qemu import REPLY_SECONDS, Config, Device
from muserlab.vm.result import Result
from muserlab.vm.sysroot import Sysroot

__all__ = [
    "REPLY_SECONDS",
    "TERMINAL_SIZE",
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
