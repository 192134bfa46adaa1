"""Which address spaces a view of memory offers, of whatever definition of a device there is."""

from collections.abc import Callable, Mapping

import muserlab as ml

Spaces = Callable[[ml.PCIDevice], Mapping[str, ml.AddressSpace]]
"""Returns the address spaces of a device by the names that people choose from."""

GUEST = "client's memory"


def all_spaces(device: ml.PCIDevice) -> Mapping[str, ml.AddressSpace]:
    """Return every region's memory, and the client's."""
    return {**{region.name: region.memory for region in device.present}, **guest_memory(device)}


def guest_memory(device: ml.PCIDevice) -> Mapping[str, ml.AddressSpace]:
    """Return the client's memory."""
    return {GUEST: device.dma.memory}


def same_as(space: ml.AddressSpace) -> Spaces:
    """Return what finds one space again, in another definition too."""
    if not isinstance(space, ml.RegionMemory):
        return guest_memory
    index = space.region.index

    def region_memory(device: ml.PCIDevice) -> Mapping[str, ml.AddressSpace]:
        region = device.regions[index] if index < len(device.regions) else None
        return {} if region is None else {space.name: region.memory}

    return region_memory
