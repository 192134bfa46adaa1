"""Patching what is served from the file that defines it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import watchfiles

from muserlab.cli.definitions import DefinitionFailed, devices_in, run_file
from muserlab.cli.ready import ready_line
from muserlab.device import DeviceError, PCIDevice
from muserlab.lab import Lab, LabError, clear_deleted, device_hooks

_LOOK_EVERY_MS = 500


def reload_on_save(path: Path, text: str, lab: Lab, names: Sequence[str]) -> None:
    """Run a file again whenever it does not have this text any more, until Ctrl-C.

    Watches the folder, as editors replace a file rather than write to it, and looks at the file
    now and then where nothing is told about it.
    """
    for _ in watchfiles.watch(
        path.parent,
        recursive=False,
        watch_filter=_only(path),
        rust_timeout=_LOOK_EVERY_MS,
        yield_on_timeout=True,
    ):
        try:
            fresh = path.read_text()
        except (OSError, UnicodeDecodeError):
            continue  # in the middle of being replaced
        if fresh != text:
            text = fresh
            for line in reload(path, text, lab, names):
                click.echo(line, err=True)


def reload(path: Path, text: str, lab: Lab, names: Sequence[str]) -> list[str]:
    """Run a file's text and patch what is served, all of it or nothing; tell what came of it."""
    before = {name: hook_versions(device) for name, device in lab.devices.items()}
    try:
        devices = devices_in(run_file(path, text), names)
        with lab.patch():
            for device in devices:
                if device.name in lab.devices:
                    clear_deleted(lab.devices[device.name], device)
                lab.serve(device)
    except (DefinitionFailed, DeviceError, LabError, OSError) as error:
        return [f"{path.name} refused, what was served goes on: {error}"]
    lines = [f"{path.name} re-loaded"]
    for device in devices:
        if device.name in before:
            former = before.pop(device.name)
            lines += [f"  {device.name}: {change}" for change in _changes(former, device)]
        else:
            lines.append(f"  {ready_line(lab, device.name)}")
    for name in before:
        lab.withdraw(name)
        lines.append(f"  {name}: not defined any more, withdrawn")
    return lines


def hook_versions(device: PCIDevice) -> dict[str, tuple[str, str]]:
    """Return each defined hook of a device by name: its current source, and version to show."""
    named = {hook.name: hook.current for hook in device_hooks(device)}
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


def _only(path: Path) -> Callable[[watchfiles.Change, str], bool]:
    return lambda _, changed: Path(changed) == path
