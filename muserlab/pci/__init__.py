"""What configuration space says: bytes in, description out, as `lspci -vv` gives it.

Imports nothing of ours, so that both sides use it: a driver that looks at a function, and a device
that shows itself.
"""

from muserlab.pci.function import PciFunction, decode_config
from muserlab.pci.header import Bar, size_note
from muserlab.pci.item import Capability, ConfigItem

__all__ = ["Bar", "Capability", "ConfigItem", "PciFunction", "decode_config", "size_note"]
