"""The hooks of one region, and where accesses meet them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from muserlab.device.hooks import HookOwner
from muserlab.device.region.breakpoint import BitRange, ByteRange, Place
from muserlab.device.region.chain import Chain, Link, extended
from muserlab.device.region.changes import Poller
from muserlab.device.region.guard import Guard
from muserlab.device.region.register import RegisterPart
from muserlab.device.region.site import Site, Span, Spot, Verb, paths_of
from muserlab.live import Copies, Hook

if TYPE_CHECKING:
    from muserlab.device.region.classhooks import ClassHooks


class HookTable:
    """The hooks of one region by site; each stands in front of that of the region's class.

    `reads` and `writes` are the raw ones. A hook is made when it is first looked for, so that a
    register that nobody looks at costs nothing.
    """

    def __init__(
        self,
        owner: HookOwner,
        name: str,
        size: int,
        class_hooks: "ClassHooks",
        poller: Poller,
        guard: Guard,
    ) -> None:
        self.reads: Chain = ()
        self.writes: Chain = ()
        self.hooks: dict[tuple[Site, Verb], Hook] = {}
        self.owner = owner
        self._name = name
        self._size = size
        self._class = class_hooks
        self._poller = poller
        self._guard = guard
        self._registers: dict[str, RegisterPart] = {}
        self._under: dict[str, list[tuple[int, RegisterPart]]] = {}

    def add_registers(self, registers: Iterable[RegisterPart]) -> None:
        """Let registers have hooks."""
        for register in registers:
            self._registers[register.label] = register
            for rank, path in enumerate(paths_of(register.label)):
                self._under.setdefault(path, []).append((rank, register))

    def register_at(self, path: str) -> RegisterPart | None:
        """Return the register with that path; None where it stands for several."""
        return self._registers.get(path)

    def hook(self, site: Site, verb: Verb) -> Hook:
        """Return the hook of a site; raises AttributeError where it could never be called."""
        if verb == "on_change" and isinstance(site, Span) and not self._poller.sees(site):
            raise AttributeError(
                f"{site.label(self._name)} has no on_change: no client can map it; say"
                " mappable=True, or use on_write"
            )
        hook = self.hooks.get((site, verb))
        return self.link(site, verb) if hook is None else hook

    def link(self, site: Site, verb: Verb) -> Hook:
        """Put a hook at a site, if there is none yet, in front of its class's."""
        hook = self.hooks.get((site, verb))
        if hook is None:
            name = f"{site.label() if isinstance(site, Spot) else site.label(self._name)}.{verb}"
            hook = Hook(
                self.owner,
                name,
                site.params(verb),
                key=(self._name, site, verb),
                check=site.check(verb),
                care=self._guard,
            )
            self.hooks[site, verb] = hook
            if isinstance(site, Spot):
                self._meet_at_registers(site, verb, hook)
            else:
                self._meet_in_span(site, verb, hook)
        base = self._class.link(site, verb)
        hook.line.base = None if base is None else base.line
        return hook

    def succeed(self, former: "HookTable") -> None:
        """Carry a former definition's hooks over, those whose place is here still."""
        theirs = {key: hook for key, hook in former.hooks.items() if self._keeps(key[0], hook)}
        for key in dict.fromkeys([*theirs, *self.hooks]):
            self.link(*key).succeed(theirs.get(key))

    def copy_from(self, original: "HookTable", copies: Copies) -> None:
        """Have an original's hooks as they are now; patches of the class come here no more."""
        self._class = self._class.detach(self)
        for key, hook in original.hooks.items():
            self.link(*key).line = copies.line(hook.line)

    def homeless(self, former: "HookTable") -> list[str]:
        """Return a former definition's hooks that are defined and have no place, told by name."""
        hooks = ((site, hook) for (site, _), hook in former.hooks.items() if hook)
        return [_told(hook) for site, hook in hooks if not self._has(site)]

    def defined(self) -> list[str]:
        """Return the hooks that are defined, told by name."""
        return [_told(hook) for hook in self.hooks.values() if hook]

    def place_at(self, site: Site, peek: Callable[[int, int], bytes]) -> Place | None:
        """Return where a breakpoint at a site is; None where there is no such site any more."""
        if not self._has(site):
            return None
        label = site.label(self._name)
        if isinstance(site, Span):
            return ByteRange(label, site.start, site.stop or self._size, peek)
        parts = [register for _, register in self._under[site.path]]
        if site.field is not None:
            parts = [part for part in parts if site.field in part.placed.register.fields]
        return BitRange(label, parts, site.field)

    def _keeps(self, site: Site, hook: Hook) -> bool:
        return bool(hook.versions) and self._has(site)

    def _has(self, site: Site) -> bool:
        if isinstance(site, Span):
            return (site.stop or 0) <= self._size
        registers = (register.placed.register for _, register in self._under.get(site.path, ()))
        return any(site.field is None or site.field in one.fields for one in registers)

    def _meet_at_registers(self, spot: Spot, verb: Verb, hook: Hook) -> None:
        for rank, register in self._under.get(spot.path, ()):
            if spot.field is None:
                register.add_hook(verb, None, rank, hook)
            elif (field := register.placed.register.fields.get(spot.field)) is not None:
                register.add_hook(verb, field, rank, hook)

    def _meet_in_span(self, span: Span, verb: Verb, hook: Hook) -> None:
        link = Link(span.start, self._size if span.stop is None else span.stop, hook)
        if verb == "on_read":
            self.reads = extended(self.reads, link)
        elif verb == "on_write":
            self.writes = extended(self.writes, link)
        elif verb == "on_change":
            self._poller.add_hook(link)


def _told(hook: Hook) -> str:
    return hook.name if hook.current is None else f"{hook.name} ({hook.current.place})"
