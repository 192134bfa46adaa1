"""What a new definition of a device would change of what a client knows of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.region import BAR

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice
    from muserlab.device.region import Region


def differences(new: "PCIDevice", former: "PCIDevice") -> list[str]:
    """Return a line for everything that a client of former has learnt and new has otherwise."""
    here, there = dict(_structure(new)), dict(_structure(former))
    return [
        f"{what} would be {here.get(what, 'gone')}, not {there.get(what, 'absent')}"
        for what in dict.fromkeys([*there, *here])
        if here.get(what) != there.get(what)
    ]


def _structure(device: "PCIDevice") -> Iterator[tuple[str, str]]:
    identity = device.config.header.identity
    yield "the ID", f"{identity.vendor:04x}:{identity.device:04x}"
    yield "the subsystem", f"{identity.subsystem_vendor:04x}:{identity.subsystem:04x}"
    yield "the class code", f"{identity.class_code:06x}"
    yield "the revision", f"{identity.revision:02x}"
    for region in device.present:
        yield region.name, ", ".join(_shape(region))
    for irq in device.interrupts:
        yield irq.name, f"{irq.count} vectors"
    for live in device.config.capabilities:
        yield f"configuration space at {live.offset:#x}", repr(live.definition)


def _shape(region: "Region") -> Iterator[str]:
    yield f"{region.size:#x} bytes"
    if isinstance(region, BAR) and region.shape is not None:
        yield f"{region.shape.bits}-bit {'ports' if region.shape.io else 'memory'}"
        if region.shape.prefetchable:
            yield "prefetchable"
    if region.fd is not None:
        areas = [f"{offset:#x} to {offset + size:#x}" for offset, size in region.areas]
        yield f"mappable {' and '.join(areas)}".rstrip()
    if region.region_type is not None:
        yield "type {:#x}, {:#x}".format(*region.region_type)
