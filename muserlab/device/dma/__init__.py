"""DMA: the client's memory, by mapping, by system calls on its files, or by messages.

Regions lie in a table by I/O virtual address. What may be mapped is decided in one place, `memory`.
Knows neither the device nor the socket: a `Messenger` carries the messages.
"""

from muserlab.device.dma.dma import DMA
from muserlab.device.dma.guest import GuestMemory
from muserlab.device.dma.messenger import Messenger
from muserlab.device.dma.region import DmaRegion
from muserlab.device.dma.touched import Touched

__all__ = ["DMA", "DmaRegion", "GuestMemory", "Messenger", "Touched"]
