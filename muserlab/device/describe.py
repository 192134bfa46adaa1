"""A function as `lspci -v` would show it, found by peeking only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.config import BarShape
from muserlab.device.region import BAR

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice

_UNITS = ((1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K"))


def describe(device: "PCIDevice") -> str:
    """Return what a guest that looks at the function finds."""
    identity = device.config.header.identity
    lines = [
        f"{device.name}: Class {identity.class_code:06x}: Device {identity.vendor:04x}:"
        f"{identity.device:04x} (rev {identity.revision:02x})",
        f"Subsystem: {identity.subsystem_vendor:04x}:{identity.subsystem:04x}",
        f"Client: {device.client or 'none'}",
        *_interrupts(device),
        *_regions(device),
        *_capabilities(device),
    ]
    return "\n\t".join(lines)


def _interrupts(device: "PCIDevice") -> Iterator[str]:
    kinds = [f"{irq.name} ×{irq.count}" for irq in device.interrupts if irq.count]
    yield f"Interrupts: {', '.join(kinds)}"


def _regions(device: "PCIDevice") -> Iterator[str]:
    for region in device.present:
        if isinstance(region, BAR) and region.shape is not None:
            address = device.config.header.address(region.index)
            where = f"at {address:#x}" if address else "unassigned"
            text = f"Region {region.index}: {_kind(region.shape)} {where}"
        elif region is device.config:
            continue
        else:
            text = f"Region {region.index}: {region.name}"
        mapped = "" if region.fd is None else ", mappable" + (" in part" if region.areas else "")
        yield f"{text} [size={_size(region.size)}{mapped}]"


def _kind(shape: BarShape) -> str:
    if shape.io:
        return "I/O ports"
    return f"Memory ({shape.bits}-bit, {'' if shape.prefetchable else 'non-'}prefetchable)"


def _size(size: int) -> str:
    return next((f"{size // unit}{name}" for unit, name in _UNITS if size % unit == 0), f"{size}")


def _capabilities(device: "PCIDevice") -> Iterator[str]:
    for live in sorted(device.config.capabilities, key=lambda one: one.offset):
        definition = live.definition
        version = f" v{definition.capability_version}" if definition.extended else ""
        yield f"Capabilities: [{live.offset:02x}{version}] {type(definition).__name__}"
