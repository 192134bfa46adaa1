"""Hooks that a whole definition, such as a file, has no more."""

from muserlab.device import PCIDevice
from muserlab.live import Hook


def device_hooks(device: PCIDevice) -> list[Hook]:
    """Return the hooks of a device that belong to no region, always in the same order."""
    hooks = [device.on_reset, device.on_connect, device.on_disconnect, device.on_migrate]
    hooks += [device.dma.on_map, device.dma.on_unmap]
    return [*hooks, *(irq.on_state for irq in device.interrupts)]


def clear_deleted(former: PCIDevice, fresh: PCIDevice) -> None:
    """Clear the former definition's hooks, and its classes', that the fresh one does not define.

    The fresh one would take them over otherwise. Call it in the patch that serves it, before that.
    """
    pairs: list[tuple[Hook, Hook | None]] = []
    pairs += zip(device_hooks(former), device_hooks(fresh), strict=False)
    regions = {region.name: region for region in fresh.present}
    for region in former.present:
        if (now := regions.get(region.name)) is not None:
            for key, hook in region.hooks.hooks.items():
                pairs.append((hook, now.hooks.hooks.get(key)))
                if (of_class := region.class_hooks.link(*key)) is not None:
                    pairs.append((of_class, now.class_hooks.link(*key)))
    # Several devices and registers may meet the same hook of a class.
    deleted = {id(hook): hook for hook, now in pairs if _defined(hook) and not _defined(now)}
    for hook in deleted.values():
        hook.clear()


def _defined(hook: Hook | None) -> bool:
    return hook is not None and hook.history.own is not None
