"""Interrupts: INTx, MSI, MSI-X, ERR and REQ, from a device's fire to a client's eventfd.

A vector fires; gates (configuration space, the MSI-X table) and the client's masks decide whether
its eventfd is signalled now, later or never. Knows neither the device nor the socket.
"""

from muserlab.device.irq.burst import Burst
from muserlab.device.irq.gate import Gate, OpenGate
from muserlab.device.irq.interrupts import Data, Interrupts
from muserlab.device.irq.level import LevelVector
from muserlab.device.irq.msix_table import MSIXControl, MSIXTable
from muserlab.device.irq.types import Err, Intx, IrqType, Msi, Msix, Req, Signal, Single, VectorSet
from muserlab.device.irq.vector import Action, Counts, State, Vector

__all__ = [
    "Action",
    "Burst",
    "Counts",
    "Data",
    "Err",
    "Gate",
    "Interrupts",
    "Intx",
    "IrqType",
    "LevelVector",
    "MSIXControl",
    "MSIXTable",
    "Msi",
    "Msix",
    "OpenGate",
    "Req",
    "Signal",
    "Single",
    "State",
    "Vector",
    "VectorSet",
]
