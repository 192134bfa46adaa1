"""Handing values that have no place in a new definition to people's own code."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING

from muserlab.device.errors import MigrationFailed
from muserlab.device.region import Bank
from muserlab.live import FAULTS, Hook
from muserlab.regs import Value
from muserlab.trace import Kind

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice

Dropped = dict[str, dict[str, Value]]
"""Values of registers by the name of their region, then by path."""


def hand_over(device: "PCIDevice", dropped: Dropped) -> None:
    """Call the `migrate` hook of each region that lost registers, then the device's `on_migrate`.

    That one gets what no region's hook took, its names beginning with the region's. Raises
    MigrationFailed where one of them raises; its pokes, and whatever else it did, are noted.
    """
    rest: dict[str, Value] = {}
    regions = {region.name: region for region in device.present if isinstance(region, Bank)}
    for name, values in dropped.items():
        region = regions.get(name)
        if values and region is not None and region.migrate:
            _call(region.migrate, device, values)
        else:
            rest |= {f"{name}.{path}": value for path, value in values.items()}
    if rest and device.on_migrate:
        _call(device.on_migrate, device, rest)


def _call(hook: Hook, device: "PCIDevice", values: dict[str, Value]) -> None:
    """Call the current version, which nobody answers for: it was written for these values."""
    version = hook.current
    assert version is not None
    try:
        answer = version.function(device, values)
    except FAULTS as error:
        told = f"{hook.name} v{version.number} ({version.place}) raised {error!r}"
        device.trace.record(Kind.FAULT, hook.name, note=f"v{version.number} {error!r}")
        raise MigrationFailed(f"{told}; nothing has changed") from error
    if isinstance(answer, Coroutine):
        answer.close()
        raise MigrationFailed(
            f"{hook.name} v{version.number} ({version.place}) is async, but a patch waits for"
            " nobody: make it a plain function. Nothing has changed"
        )
