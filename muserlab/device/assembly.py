"""Putting a function's regions together."""

from collections.abc import Sequence

from muserlab.device.config import MSIX
from muserlab.device.hooks import HookOwner
from muserlab.device.irq import MSIXTable
from muserlab.device.plan import Plan
from muserlab.device.region import (
    ROM,
    VGA,
    ConfigRegion,
    DeviceRegion,
    Part,
    PbaPart,
    Region,
    TablePart,
)

ROM_INDEX, CONFIG_INDEX, VGA_INDEX = 6, 7, 8
"""VFIO's region numbers (<linux/vfio.h>): 0 to 5 are the BARs, device-specific ones follow."""


def assemble(
    owner: HookOwner,
    parts: Plan,
    config: ConfigRegion,
    table: MSIXTable | None,
    rom: type[ROM] | None,
    vga: type[VGA] | None,
    specific: Sequence[type[DeviceRegion]],
) -> tuple[Region | None, ...]:
    """Return the regions of a function by VFIO index, None where there is none."""
    regions: list[Region | None] = []
    for number, bar in enumerate(parts.bars):
        others = _msix_parts(number, parts.msix, table)
        regions.append(None if bar is None else bar(owner, number, f"bar{number}", others))
    regions.append(None if rom is None else rom(owner, ROM_INDEX, "rom"))
    regions.append(config)
    regions.append(None if vga is None else vga(owner, VGA_INDEX, "vga"))
    for index, kind in enumerate(specific, len(regions)):
        regions.append(kind(owner, index, f"region{index}"))
    return tuple(regions)


def _msix_parts(bar: int, msix: MSIX | None, table: MSIXTable | None) -> list[Part]:
    parts: list[Part] = []
    if msix is not None and table is not None:
        if msix.table_place[0] == bar:
            parts.append(TablePart(table, msix.table_place[1]))
        if msix.pba_place[0] == bar:
            parts.append(PbaPart(table, msix.pba_place[1]))
    return parts
