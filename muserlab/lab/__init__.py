"""The lab: the thread that serves devices, the portal into it, and what people import.

`serve(dev)` starts it, and returns the `Lab` from which everything else is reached.
"""

from muserlab.lab.deleted import clear_deleted, device_hooks
from muserlab.lab.errors import BusyError, LabError, LabStopped, LabStuck, NotServed, PortalError
from muserlab.lab.future import Future
from muserlab.lab.lab import Lab
from muserlab.lab.portal import Portal
from muserlab.lab.qemuargs import QemuArguments, qemu_arguments
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.lab.serving import current, serve
from muserlab.lab.status import DeviceStatus, LabStatus
from muserlab.lab.vm import VM

__all__ = [
    "VM",
    "BusyError",
    "DeviceStatus",
    "Future",
    "Lab",
    "LabError",
    "LabStatus",
    "LabStopped",
    "LabStuck",
    "NotServed",
    "Portal",
    "PortalError",
    "QemuArguments",
    "Report",
    "ReportKind",
    "Reports",
    "clear_deleted",
    "current",
    "device_hooks",
    "qemu_arguments",
    "serve",
]
