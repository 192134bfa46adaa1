"""Configuration space: bytes with masks, the standard header, capabilities and where they lie.

A definition (`MSI(4)`) is a value that devices may share; what one device has of it is live
(`LiveMSI`). Accesses change bytes by their masks; the part that owns them looks at the result and
calls back. Knows neither the device nor interrupts nor hooks.
"""

from muserlab.device.config.bar_shape import BarShape
from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.config import Config
from muserlab.device.config.device_serial_number import DeviceSerialNumber
from muserlab.device.config.extended_vendor_specific import ExtendedVendorSpecific
from muserlab.device.config.header import Header, Identity
from muserlab.device.config.image import Image
from muserlab.device.config.intx_pin import IntxPin
from muserlab.device.config.msi import MSI, LiveMSI
from muserlab.device.config.msix import MSIX, LiveMSIX
from muserlab.device.config.pci_express import LivePCIExpress, PCIExpress
from muserlab.device.config.power_management import LivePowerManagement, PowerManagement
from muserlab.device.config.raw import RawCapability, RawExtended
from muserlab.device.config.space import ConfigSpace, Part
from muserlab.device.config.vendor_specific import VendorSpecific

__all__ = [
    "MSI",
    "MSIX",
    "BarShape",
    "Capability",
    "Config",
    "ConfigSpace",
    "DeviceSerialNumber",
    "ExtendedVendorSpecific",
    "Header",
    "Identity",
    "Image",
    "IntxPin",
    "LiveCapability",
    "LiveMSI",
    "LiveMSIX",
    "LivePCIExpress",
    "LivePowerManagement",
    "PCIExpress",
    "Part",
    "PowerManagement",
    "RawCapability",
    "RawExtended",
    "VendorSpecific",
]
