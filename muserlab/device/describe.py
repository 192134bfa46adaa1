"""A function as `lspci -v` would show it, found by peeking only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.assembly import ROM_INDEX
from muserlab.pci import size_note

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice


def describe(device: "PCIDevice") -> str:
    """Return what a guest that looks at the function finds, and who has it."""
    function = device.config.decode()
    capabilities = (*function.capabilities, *function.extended_capabilities)
    lines = [
        f"{device.name}: {function.title}",
        f"Client: {device.client or 'none'}",
        *function.summary,
        *_other_regions(device),
        *_mappable(device),
        *_interrupts(device),
        *map(str, capabilities),
    ]
    return "\n\t".join(lines)


def _other_regions(device: "PCIDevice") -> Iterator[str]:
    """Tell of regions that configuration space says nothing of."""
    for region in device.present:
        if region.index > ROM_INDEX and region is not device.config:
            yield f"Region {region.index}: {region.name}{size_note(region.size)}"


def _mappable(device: "PCIDevice") -> Iterator[str]:
    mapped = [
        f"{region.name} in part" if region.areas else region.name
        for region in device.present
        if region.fd is not None
    ]
    if mapped:
        yield f"Mappable: {', '.join(mapped)}"


def _interrupts(device: "PCIDevice") -> Iterator[str]:
    kinds = [f"{irq.name} ×{irq.count}" for irq in device.interrupts if irq.count]
    if kinds:
        yield f"Interrupts: {', '.join(kinds)}"
