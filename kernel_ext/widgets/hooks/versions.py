"""A hook and its versions as the page gets them."""

from collections.abc import Collection
from typing import Any

import muserlab as ml


def hooks_of(device: ml.PCIDevice) -> dict[str, ml.Hook]:
    """Return every hook of a device that has ever had a version, by a name that is its own."""
    hooks = {hook.name: hook for hook in device.own_hooks}
    for region in device.present:
        for hook in region.hooks.hooks.values():
            whole = hook.name.startswith((f"{region.name}.", f"{region.name}["))
            hooks[hook.name if whole else f"{region.name}.{hook.name}"] = hook
    return {name: hook for name, hook in hooks.items() if hook or hook.versions}


def state_of(hook: ml.Hook, paused: Collection[str]) -> tuple[str, str]:
    """Return how a hook stands, as a word for its looks and in words for people."""
    version = hook.current
    if version is None:
        return "off", "no version is current"
    if hook.name in paused:
        return "paused", "an access waits for a person"
    if version.failures:
        return "faulty", version.state
    return ("probation" if version.on_probation else "trusted"), version.state


def line_of(name: str, hook: ml.Hook, paused: Collection[str]) -> Any:
    """Return a line of the table."""
    version = hook.current
    looks, state = state_of(hook, paused)
    last = hook.history[-1] if hook.history else None
    return {
        "key": name,
        "version": f"v{version.number}" if version is not None else "none",
        "versions": len(hook.versions),
        "looks": looks,
        "state": state,
        "place": version.place if version is not None else "",
        "patched": last.when if last is not None else 0.0,
        "who": last.origin.who if last is not None else "",
    }


def closer_look(name: str, hook: ml.Hook, number: int) -> Any:
    """Return a hook's versions, and one of them in full: the current one, or the one asked for."""
    versions = hook.versions or ((hook.current,) if hook.current is not None else ())
    chosen = next((one for one in versions if one.number == number), hook.current)
    made = {entry.version: entry for entry in hook.history if entry.version is not None}
    return {
        "key": name,
        "params": list(hook.params),
        "versions": [
            {
                "number": version.number,
                "current": version is hook.current,
                "state": version.state,
                "place": version.place,
                "seq": version.seq,
                "when": made[version].when if version in made else 0.0,
            }
            for version in versions
        ],
        "chosen": chosen.number if chosen is not None else 0,
        "source": chosen.source if chosen is not None else "",
        "diff": str(hook.diff(b=chosen.number)) if chosen in hook.versions and chosen else "",
        "failures": [str(failure) for failure in chosen.failed_with] if chosen is not None else [],
    }
