"""The lab: the thread that serves devices, the portal into it, and what people import.

`serve(dev)` starts it, and returns the `Lab` from which everything else is reached.
"""

from muserlab.lab.errors import (
    BusyError,
    LabError,
    LabStopped,
    LabStuck,
    NotServed,
    PauseError,
    PortalError,
    RestartFailed,
)
from muserlab.lab.files import DefinitionFailed, ServedFile
from muserlab.lab.future import Future
from muserlab.lab.history import LabHistory
from muserlab.lab.lab import Lab
from muserlab.lab.paused import Paused, PausedAccess
from muserlab.lab.portal import Portal
from muserlab.lab.qemuargs import QemuArguments, qemu_arguments
from muserlab.lab.ready import ready_line
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.lab.serving import current, serve
from muserlab.lab.status import DeviceStatus, LabStatus
from muserlab.lab.vm import VM
from muserlab.server import ClientStatus
from muserlab.source import SaveError, Suggestion

__all__ = [
    "VM",
    "BusyError",
    "ClientStatus",
    "DefinitionFailed",
    "DeviceStatus",
    "Future",
    "Lab",
    "LabError",
    "LabHistory",
    "LabStatus",
    "LabStopped",
    "LabStuck",
    "NotServed",
    "PauseError",
    "Paused",
    "PausedAccess",
    "Portal",
    "PortalError",
    "QemuArguments",
    "Report",
    "ReportKind",
    "Reports",
    "RestartFailed",
    "SaveError",
    "ServedFile",
    "Suggestion",
    "current",
    "qemu_arguments",
    "ready_line",
    "serve",
]
