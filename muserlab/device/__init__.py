"""The PCI function: regions, configuration space, interrupts, DMA, reset.

A PCIDevice puts the parts together. It knows no socket, no message and no event loop: a server
calls it, step by step, and a Host, which a lab is, gives it a thread and a clock.
"""

from muserlab.device.access import Access
from muserlab.device.author import by_hand
from muserlab.device.clone import Clone, clone
from muserlab.device.config import (
    MSI,
    MSIX,
    BarShape,
    Capability,
    DeviceSerialNumber,
    ExtendedVendorSpecific,
    PCIExpress,
    PowerManagement,
    RawCapability,
    RawExtended,
    VendorSpecific,
)
from muserlab.device.definition import BarDefinition, Definition
from muserlab.device.dma import DMA, DmaRegion, GuestMemory, Messenger, Touched
from muserlab.device.errors import (
    BusyError,
    CloneError,
    DeadlockError,
    DefinitionError,
    DeviceError,
    DmaError,
    DmaFault,
    IrqError,
    MigrationFailed,
    RegionError,
)
from muserlab.device.function import PCIDevice
from muserlab.device.holding import RESUME, RETRY, Pending, Verdict
from muserlab.device.hooks import PROBATION
from muserlab.device.host import EndedTask, Host, InlineHost, Task
from muserlab.device.irq import Burst, Counts, Interrupts, IrqType, LevelVector, Vector
from muserlab.device.journal import Journal, assign, noted, when_returned
from muserlab.device.memory import AddressSpace
from muserlab.device.outcome import Outcome
from muserlab.device.region import (
    BAR,
    PASS,
    ROM,
    VGA,
    Bank,
    Breakpoint,
    ConfigRegion,
    DeviceRegion,
    FieldHandle,
    Memory,
    Policy,
    Range,
    Region,
    RegionMemory,
    RegisterHandle,
    RegisterPart,
    Registers,
    Site,
    Span,
    Spot,
    Verb,
)
from muserlab.device.reset import ResetKind
from muserlab.device.state import State
from muserlab.device.unhandled import Unhandled, UnhandledAccess

__all__ = [
    "BAR",
    "DMA",
    "MSI",
    "MSIX",
    "PASS",
    "PROBATION",
    "RESUME",
    "RETRY",
    "ROM",
    "VGA",
    "Access",
    "AddressSpace",
    "Bank",
    "BarDefinition",
    "BarShape",
    "Breakpoint",
    "Burst",
    "BusyError",
    "Capability",
    "Clone",
    "CloneError",
    "ConfigRegion",
    "Counts",
    "DeadlockError",
    "Definition",
    "DefinitionError",
    "DeviceError",
    "DeviceRegion",
    "DeviceSerialNumber",
    "DmaError",
    "DmaFault",
    "DmaRegion",
    "EndedTask",
    "ExtendedVendorSpecific",
    "FieldHandle",
    "GuestMemory",
    "Host",
    "InlineHost",
    "Interrupts",
    "IrqError",
    "IrqType",
    "Journal",
    "LevelVector",
    "Memory",
    "Messenger",
    "MigrationFailed",
    "Outcome",
    "PCIDevice",
    "PCIExpress",
    "Pending",
    "Policy",
    "PowerManagement",
    "Range",
    "RawCapability",
    "RawExtended",
    "Region",
    "RegionError",
    "RegionMemory",
    "RegisterHandle",
    "RegisterPart",
    "Registers",
    "ResetKind",
    "Site",
    "Span",
    "Spot",
    "State",
    "Task",
    "Touched",
    "Unhandled",
    "UnhandledAccess",
    "Vector",
    "VendorSpecific",
    "Verb",
    "Verdict",
    "assign",
    "by_hand",
    "clone",
    "noted",
    "when_returned",
]
