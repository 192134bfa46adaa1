"""Regions: what a client reads and writes, and who answers.

A region is parts in a row (registers, memory, MSI-X structures, bytes of configuration space), raw
hooks in front of them, and a trace of every access. A Bank is a region that a class describes; its
instance is the region of one device, and its attributes the live registers.
"""

from muserlab.device.region.answers import PASS, Pass
from muserlab.device.region.bank import Bank
from muserlab.device.region.bar import BAR, VGA, DeviceRegion, memory_bar
from muserlab.device.region.breakpoint import Breakpoint, Condition
from muserlab.device.region.configuration import ConfigRegion
from muserlab.device.region.guard import Policy
from muserlab.device.region.handles import FieldHandle, RegisterHandle
from muserlab.device.region.help import hooks_told
from muserlab.device.region.memory import Memory
from muserlab.device.region.msix import PbaPart, TablePart
from muserlab.device.region.part import Part
from muserlab.device.region.ranges import Range
from muserlab.device.region.region import Region
from muserlab.device.region.register import RegisterPart
from muserlab.device.region.registers import Registers
from muserlab.device.region.rom import ROM, rom_class
from muserlab.device.region.site import Site, Span, Spot, Verb
from muserlab.device.region.spaces import RegionMemory
from muserlab.device.region.undeclared import Direction
from muserlab.device.region.where import site_of

__all__ = [
    "BAR",
    "PASS",
    "ROM",
    "VGA",
    "Bank",
    "Breakpoint",
    "Condition",
    "ConfigRegion",
    "DeviceRegion",
    "Direction",
    "FieldHandle",
    "Memory",
    "Part",
    "Pass",
    "PbaPart",
    "Policy",
    "Range",
    "Region",
    "RegionMemory",
    "RegisterHandle",
    "RegisterPart",
    "Registers",
    "Site",
    "Span",
    "Spot",
    "TablePart",
    "Verb",
    "hooks_told",
    "memory_bar",
    "rom_class",
    "site_of",
]
