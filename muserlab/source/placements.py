"""Where a device has hooks, as the expressions that put a function there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from muserlab.device import Bank, PCIDevice, Region, Site, Span, Spot, Verb
from muserlab.live import Hook, Version
from muserlab.regs import RegisterFile
from muserlab.source.methods import hook_methods
from muserlab.source.parts import region_path

_SUBSCRIPT = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Placement:
    """The current version of one hook: it stands at ``root``, a device or a class, and ``path``.

    None is current where a method of the class was, and was cleared.
    """

    root: PCIDevice | type[RegisterFile]
    path: str
    name: str
    version: Version | None


def placements(device: PCIDevice) -> Iterator[Placement]:
    """Yield the hooks that are defined, those of registers in the order of their offsets.

    A hook of a class is one of that class, whichever it was inherited from; of a class that has
    no name of its own, as a BAR given by its size, it is the device's.
    """
    met: set[tuple[int, str]] = set()
    for region in device.present:
        for site, verb in sorted(region.hooks.hooks, key=lambda key: _order(region, *key)):
            for one in _at(device, region, site, verb):
                if (id(one.root), one.path) not in met:
                    met.add((id(one.root), one.path))
                    yield one
    for hook in device.own_hooks:
        if hook.current is not None:
            yield Placement(device, f".{hook.name}", hook.name, hook.current)


def _at(device: PCIDevice, region: Region, site: Site, verb: Verb) -> Iterator[Placement]:
    """Yield what stands at a site: that of the region's class, and the device's own hook."""
    path = f"{_path(region, site)}.{verb}"
    kind, of_class = type(region), region.class_hooks.link(site, verb)
    own = region.hooks.hooks[site, verb].line.own
    if issubclass(kind, Bank) and kind in _given(device):
        if of_class is not None:
            yield from _of_class(kind, path, of_class)
    elif own is None and of_class is not None:
        own = of_class.current
    if own is not None:
        name = region.hooks.hooks[site, verb].name
        yield Placement(device, region_path(region) + path, name, own)


def _of_class(kind: type[Bank], path: str, hook: Hook) -> Iterator[Placement]:
    """Yield a class's hook, unless the class itself says what its current version does."""
    methods = hook_methods(kind)
    version, line = hook.current, hook.line
    if version is not None and version.function not in methods:
        yield Placement(kind, path, hook.name, version)
    while version is None:
        if any(one.function in methods for one in line.versions):
            yield Placement(kind, path, hook.name, None)
        if line.base is None:
            return
        line = line.base


def _given(device: PCIDevice) -> list[object]:
    """Return the classes of regions that the device's definition names."""
    return [*device.definition.given.values(), *device.definition.regions]


def _path(region: Region, site: Site) -> str:
    if isinstance(site, Spot):
        return f".{site.label()}"
    if site.stop is None:
        return ""
    if isinstance(region, Bank):
        for memory in type(region).memories():
            if (memory.offset, memory.offset + memory.size) == (site.start, site.stop):
                return f".{memory.name}"
    return f"[{site.start:#x}:{site.stop:#x}]"


def _order(region: Region, site: Site, verb: Verb) -> tuple[int, int, str, str]:
    """Return what a hook is sorted by: its offset, raw ones first, reads before writes."""
    if isinstance(site, Span):
        return site.start, 0 if site.stop is None else 1, "", verb
    layout = type(region).__layout__ if isinstance(region, Bank) else ()
    wanted = _SUBSCRIPT.sub("", site.path)
    starts = (one.offset for one in layout if _SUBSCRIPT.sub("", one.path) == wanted)
    return next(starts, 0), 2, site.label(), verb
