"""Memory as people look at it by hand: any address space of a device, by peeking only.

What is there to look at a region knows, or the client's memory; what people do with it is the same
for all: show it, search it, save and load it. None of it is an access: nothing is recorded, no hook
runs, no message is sent.
"""

from muserlab.device.memory.hexdump import hexdump
from muserlab.device.memory.pages import pages_of_file, pages_of_process
from muserlab.device.memory.place import Place, Span, joined
from muserlab.device.memory.space import AddressSpace

__all__ = [
    "AddressSpace",
    "Place",
    "Span",
    "hexdump",
    "joined",
    "pages_of_file",
    "pages_of_process",
]
