"""Hooks that a file has no more."""

import inspect
from collections.abc import Collection, Iterator
from pathlib import Path

from muserlab.device import PCIDevice
from muserlab.live import Hook, Version


def clear_deleted(former: PCIDevice, fresh: PCIDevice, files: Collection[Path]) -> None:
    """Clear the hooks that these files put on a device and its classes, and define no more.

    The fresh definition would take them over otherwise, as it does with those from elsewhere. Call
    it in the patch that serves it, before that.
    """
    # Several devices and registers may meet the same hook of a class.
    deleted = {
        id(hook): hook
        for hook, now in _pairs(former, fresh)
        if _is_from(hook, files) and (now is None or now.line.own is None)
    }
    for hook in deleted.values():
        hook.clear()


def _pairs(former: PCIDevice, fresh: PCIDevice) -> Iterator[tuple[Hook, Hook | None]]:
    """Yield every hook of a former definition, with what it is in the fresh one."""
    yield from zip(former.own_hooks, fresh.own_hooks, strict=True)
    regions = {region.name: region for region in fresh.present}
    for region in former.present:
        if (now := regions.get(region.name)) is None:
            continue
        for key, hook in region.hooks.hooks.items():
            yield hook, now.hooks.hooks.get(key)
        for theirs, ours in now.class_hooks.continued(region.class_hooks):
            for key, hook in theirs.hooks.items():
                yield hook, None if ours is None else ours.hooks.get(key)


def _is_from(hook: Hook, files: Collection[Path]) -> bool:
    version = hook.line.own
    return version is not None and _file_of(version) in files


def _file_of(version: Version) -> Path | None:
    code = getattr(inspect.unwrap(version.function), "__code__", None)
    return None if code is None else Path(code.co_filename)
