"""Putting what a file defines now in the place of what it defined before."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from muserlab.device import PCIDevice
from muserlab.lab.files.definitions import Definitions
from muserlab.lab.files.deleted import clear_deleted
from muserlab.lab.ready import ready_line

if TYPE_CHECKING:
    from muserlab.lab.lab import Lab


def take_over(
    lab: "Lab", fresh: Definitions, former: Definitions | None, socket: Path | None = None
) -> list[str]:
    """Patch those devices of a file that are served, and serve its new ones: all, or nothing.

    One that was withdrawn by hand stays so; one that is not defined any more is withdrawn. Return
    what there is to tell, a line each.
    """
    served = dict(lab.devices)
    known = () if former is None else former.devices
    new = [d for d in fresh.devices if not {d.name} & {*served, *(k.name for k in known)}]
    patched = [device for device in fresh.devices if device.name in served]
    gone = [k for k in known if served.get(k.name) is k and not _named(k.name, fresh)]
    files = {*fresh.sources, *(() if former is None else former.sources)}
    before = {device.name: hook_versions(served[device.name]) for device in patched}
    opened: list[PCIDevice] = []
    try:
        for device in new:
            lab.serve(device, socket)
            opened.append(device)
        if patched:
            with lab.patch():
                for device in patched:
                    clear_deleted(served[device.name], device, files)
                    lab.serve(device, socket)
    except BaseException:
        for device in opened:
            lab.withdraw(device.name)
        raise
    for device in gone:
        lab.withdraw(device.name)
    return [
        *(f"{d.name}: {change}" for d in patched for change in _changes(before[d.name], d)),
        *(ready_line(lab, device.name) for device in new),
        *(f"{device.name}: not defined any more, withdrawn" for device in gone),
    ]


def hook_versions(device: PCIDevice) -> dict[str, tuple[str, str]]:
    """Return each defined hook of a device by name: its current source, and version to show."""
    named = {hook.name: hook.current for hook in device.own_hooks}
    for region in device.present:
        for hook in region.hooks.hooks.values():
            named[f"{region.name} {hook.name}"] = hook.current
    return {name: (now.source, str(now)) for name, now in named.items() if now is not None}


def _changes(former: dict[str, tuple[str, str]], device: PCIDevice) -> Iterator[str]:
    present = hook_versions(device)
    for name, (source, version) in present.items():
        if name not in former or former[name][0] != source:
            yield f"{name} {version}"
    for name in former.keys() - present.keys():
        yield f"{name} is gone"


def _named(name: str, definitions: Definitions) -> bool:
    return any(device.name == name for device in definitions.devices)
