"""muserlab: a workbench on which PCI devices are prototyped live.

    import muserlab as ml

    class AdderBar(ml.BAR, size=4096):
        A = ml.RW(0x00)

    dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=AdderBar)
    lab = ml.serve(dev)

Every name is imported from its room when it is first used, so that importing this is fast. In an
IPython session, `%load_ext muserlab` adds the widgets and magics.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muserlab.client import Driver, connect
    from muserlab.device import (
        BAR,
        DMA,
        MSI,
        MSIX,
        PASS,
        ROM,
        VGA,
        AddressSpace,
        Bank,
        Burst,
        BusyError,
        ConfigRegion,
        DeadlockError,
        DefinitionError,
        DeviceError,
        DeviceRegion,
        DeviceSerialNumber,
        DmaError,
        DmaFault,
        DmaRegion,
        ExtendedVendorSpecific,
        GuestMemory,
        Interrupts,
        IrqError,
        IrqType,
        LevelVector,
        Memory,
        MigrationFailed,
        PCIDevice,
        PCIExpress,
        PowerManagement,
        RawCapability,
        RawExtended,
        Region,
        RegionError,
        RegionMemory,
        RegisterPart,
        Registers,
        ResetKind,
        Touched,
        Unhandled,
        Vector,
        VendorSpecific,
    )
    from muserlab.lab import Lab, LabError, current, serve
    from muserlab.live import Failure, Hook, HookFailed, PatchError, Rehearsal, Version
    from muserlab.pci import ConfigItem
    from muserlab.regs import (
        RC,
        RO,
        RW,
        RW1C,
        W1C,
        W1S,
        WO,
        Access,
        Block,
        LayoutError,
        RegisterFile,
        Value,
        bit,
        bits,
    )
    from muserlab.source import SaveError, Suggestion
    from muserlab.trace import Event, FilterError, Kind, Trace, TraceView
    from muserlab.vm import Result

_NAMES = {
    "client": "Driver connect",
    "device": (
        "BAR DMA MSI MSIX PASS ROM VGA AddressSpace Bank Burst BusyError ConfigRegion "
        "DeadlockError DefinitionError DeviceError DeviceRegion DeviceSerialNumber DmaError "
        "DmaFault DmaRegion ExtendedVendorSpecific GuestMemory Interrupts IrqError IrqType "
        "LevelVector Memory MigrationFailed PCIDevice PCIExpress PowerManagement RawCapability "
        "RawExtended Region RegionError RegionMemory RegisterPart Registers ResetKind Touched "
        "Unhandled Vector VendorSpecific"
    ),
    "lab": "Lab LabError current serve",
    "live": "Failure Hook HookFailed PatchError Rehearsal Version",
    "pci": "ConfigItem",
    "regs": "RC RO RW RW1C W1C W1S WO Access Block LayoutError RegisterFile Value bit bits",
    "source": "SaveError Suggestion",
    "trace": "Event FilterError Kind Trace TraceView",
    "vm": "Result",
}
_ROOMS = {name: room for room, names in _NAMES.items() for name in names.split()}

__all__ = [
    "BAR",
    "DMA",
    "MSI",
    "MSIX",
    "PASS",
    "RC",
    "RO",
    "ROM",
    "RW",
    "RW1C",
    "VGA",
    "W1C",
    "W1S",
    "WO",
    "Access",
    "AddressSpace",
    "Bank",
    "Block",
    "Burst",
    "BusyError",
    "ConfigItem",
    "ConfigRegion",
    "DeadlockError",
    "DefinitionError",
    "DeviceError",
    "DeviceRegion",
    "DeviceSerialNumber",
    "DmaError",
    "DmaFault",
    "DmaRegion",
    "Driver",
    "Event",
    "ExtendedVendorSpecific",
    "Failure",
    "FilterError",
    "GuestMemory",
    "Hook",
    "HookFailed",
    "Interrupts",
    "IrqError",
    "IrqType",
    "Kind",
    "Lab",
    "LabError",
    "LayoutError",
    "LevelVector",
    "Memory",
    "MigrationFailed",
    "PCIDevice",
    "PCIExpress",
    "PatchError",
    "PowerManagement",
    "RawCapability",
    "RawExtended",
    "Region",
    "RegionError",
    "RegionMemory",
    "RegisterFile",
    "RegisterPart",
    "Registers",
    "Rehearsal",
    "ResetKind",
    "Result",
    "SaveError",
    "Suggestion",
    "Touched",
    "Trace",
    "TraceView",
    "Unhandled",
    "Value",
    "Vector",
    "VendorSpecific",
    "Version",
    "bit",
    "bits",
    "connect",
    "current",
    "load_ipython_extension",
    "serve",
    "unload_ipython_extension",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room (PEP 562)."""
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported yet or not."""
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """Load muserlab into an IPython session: `%load_ext muserlab`."""
    _in_kernel_ext("load", ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Stop the lab and take everything back: `%unload_ext muserlab`."""
    _in_kernel_ext("unload", ipython)


def _in_kernel_ext(function: str, ipython: Any) -> None:
    try:
        getattr(importlib.import_module(f"{__name__}.kernel_ext"), function)(ipython)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith(__name__):
            raise
        raise ImportError(
            f"{missing.name} is not installed, which muserlab's notebook part needs: "
            "pip install 'muserlab[notebook]'"
        ) from missing
