"""Putting a function's regions together."""

from muserlab.device.config import MSIX, Config, Identity
from muserlab.device.config.bits import pair_of
from muserlab.device.definition import Definition
from muserlab.device.hooks import HookOwner
from muserlab.device.irq import MSIXTable
from muserlab.device.plan import Plan
from muserlab.device.region import (
    ConfigRegion,
    Part,
    PbaPart,
    Region,
    TablePart,
)

ROM_INDEX, CONFIG_INDEX, VGA_INDEX = 6, 7, 8
"""VFIO's region numbers (<linux/vfio.h>): 0 to 5 are the BARs, device-specific ones follow."""


def configuration(definition: Definition, parts: Plan) -> Config:
    """Return a function's configuration space; raises DefinitionError where it cannot be."""
    numbers = (*pair_of("id", definition.id), *pair_of("subsystem", definition.subsystem))
    return Config(
        Identity(*numbers, definition.class_code, definition.revision),
        bars=parts.shapes,
        rom_size=0 if parts.rom is None else parts.rom.size,
        vga=definition.vga is not None,
        intx=definition.intx,
        express=definition.express,
        capabilities=parts.capabilities,
    )


def assemble(
    owner: HookOwner,
    parts: Plan,
    config: ConfigRegion,
    table: MSIXTable | None,
) -> tuple[Region | None, ...]:
    """Return the regions of a function by VFIO index, None where there is none."""
    regions: list[Region | None] = []
    for number, bar in enumerate(parts.bars):
        others = _msix_parts(number, parts.msix, table)
        regions.append(None if bar is None else bar(owner, number, f"bar{number}", others))
    regions.append(None if parts.rom is None else parts.rom(owner, ROM_INDEX, "rom"))
    regions.append(config)
    regions.append(None if parts.vga is None else parts.vga(owner, VGA_INDEX, "vga"))
    for index, kind in enumerate(parts.specific, len(regions)):
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
