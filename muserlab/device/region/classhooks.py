"""Hooks of a class of regions: they stand behind those of every device that has such a region."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakSet

from muserlab.device.hooks import PROBATION
from muserlab.device.host import InlineHost
from muserlab.device.journal import Journal, noted
from muserlab.device.region.methods import Key, Method
from muserlab.device.region.site import Site, Verb
from muserlab.live import (
    Batch,
    Failure,
    History,
    Hook,
    Line,
    Move,
    Origin,
    PatchError,
    Rehearsal,
    Restore,
    check_signature,
    restore,
)
from muserlab.trace import Event, Trace

if TYPE_CHECKING:
    from muserlab.device.hooks import HookOwner
    from muserlab.device.region.hooktable import HookTable
    from muserlab.device.region.register import RegisterPart

P = ParamSpec("P")
T = TypeVar("T")


class ClassHooks:
    """The hooks of one class, and their owner.

    Regions are held weakly: what was patched on a class reaches the devices that live, and every
    one made later.
    """

    subject = None

    def __init__(self, name: str, bases: "tuple[ClassHooks, ...]") -> None:
        self.name = name
        self._hooks: dict[Key, Hook] = {}
        self._lineage = (self, *bases)
        self._tables: WeakSet[HookTable] = WeakSet()
        self._trace = Trace(capacity=1024)
        self._history = History(self._restore, self.run)
        self._former: WeakSet[ClassHooks] = WeakSet()
        self._methods: Mapping[Key, Method] = {}
        """What the class itself has put at its hooks: methods of its body."""

    def again(self, bases: "tuple[ClassHooks, ...]") -> "ClassHooks":
        """Return the hooks of a class that is defined again: the same ones, for all its regions."""
        other = ClassHooks(self.name, bases)
        other._hooks, other._tables = self._hooks, self._tables
        other._trace, other._history = self._trace, self._history
        other._methods = self._methods
        return other

    def define(self, methods: Mapping[Key, Method]) -> None:
        """Put the methods of the class at its hooks; clear the hooks whose methods are gone.

        Those that it inherits are left to the classes that have them. Raises PatchError, and
        changes nothing, where one does not take what its hook gives.
        """
        own = {key: method for key, method in methods.items() if self._inherited(key) is not method}
        for key, method in own.items():
            hook = self.hook(*key)
            check_signature(hook.name, hook.params, method)
        former, self._methods = self._methods, own
        for key, method in own.items():
            self.hook(*key)(method)
        for key, method in former.items():
            version = self._hooks[key].line.own
            if key not in own and version is not None and version.function is method:
                self._hooks[key].clear()

    def _inherited(self, key: Key) -> Method | None:
        bases = self._lineage[1:]
        return next((level._methods[key] for level in bases if key in level._methods), None)

    def hook(self, site: Site, verb: Verb) -> Hook:
        """Return the hook of a site; let every region that there is meet it."""
        hook = self._hooks.get((site, verb))
        if hook is None:
            name = f"{site.label(self.name)}.{verb}"
            hook = Hook(self, name, site.params(verb), key=(self.name, site, verb))
            self._hooks[site, verb] = hook
            self.link(site, verb)
            for table in self._tables:
                table.link(site, verb)
        return hook

    def link(self, site: Site, verb: Verb) -> Hook | None:
        """Put the hooks that the class and those it inherits from have there behind each other.

        Return the first of them, None where there is none.
        """
        hooks = [h for level in self._lineage if (h := level._hooks.get((site, verb))) is not None]
        for hook, base in pairwise(hooks):
            hook.line.base = base.line
        return hooks[0] if hooks else None

    @property
    def lineage(self) -> "tuple[ClassHooks, ...]":
        """Those of the class, and of those that it inherits from, nearest first."""
        return self._lineage

    @property
    def hooks(self) -> Mapping[Key, Hook]:
        """The hooks that were looked for on this very class, by site."""
        return self._hooks

    def continued(self, former: "ClassHooks") -> "Iterator[tuple[ClassHooks, ClassHooks | None]]":
        """Yield each class that former alone comes of, and the one here that continues it.

        The class itself continues the former one; an inherited one is continued by that of the same
        name, if there is such a one.
        """
        ours = {level.name: level for level in self._lineage if level not in former._lineage}
        for level in former._lineage:
            if level is former and level is not self:
                yield level, self
            elif level not in self._lineage:
                mine = ours.get(level.name)
                yield level, None if mine is self else mine

    def succeed(self, former: "ClassHooks") -> None:
        """Carry the hooks of a former definition of the class over.

        Those of a class that nobody continues come to this one, as its own would. They come once,
        for all devices of the class.
        """
        if former in self._former:
            return
        self._former.add(former)
        noted(lambda: self._former.discard(former))
        continued: list[ClassHooks] = []
        orphans: dict[Key, Hook] = {}
        for theirs, mine in self.continued(former):
            if mine is not None and mine._hooks is theirs._hooks:
                continued.append(mine)  # the same class, defined again
            elif mine is None:
                orphans = {k: hook for k, hook in theirs._hooks.items() if hook.versions} | orphans
            else:
                continued.append(mine)
                mine._succeed(theirs._hooks)
        for key, hook in orphans.items():
            if not self.hook(*key).versions:
                self.hook(*key).succeed(hook)
        for level in self._lineage:
            if level not in continued and level not in former._lineage:
                level._succeed({})

    def _succeed(self, theirs: Mapping[Key, Hook]) -> None:
        for key in dict.fromkeys([*theirs, *self._hooks]):
            self.hook(*key).succeed(theirs.get(key))

    def register_at(self, _path: str) -> "RegisterPart | None":
        """Return None: a class has no registers that could be peeked."""
        return None

    def attach(self, table: "HookTable") -> None:
        """Let a new region meet the hooks of its class, now and later."""
        for level in reversed(self._lineage):
            level._tables.add(table)
            table.owner.history.begin_with(level._history)
            for site, verb in level._hooks:
                table.link(site, verb)

    def detach(self, table: "HookTable") -> "ClassHooks":
        """Let a region meet the hooks of its class no more; return what it meets instead: none."""
        for level in self._lineage:
            level._tables.discard(table)
        return ClassHooks(self.name, ())

    # -- as the owner of hooks: with the device that is served, or any other, if there is one ------

    @property
    def trace(self) -> Trace:
        """A device's trace."""
        owner = self._owner
        return self._trace if owner is None else owner.trace

    @property
    def history(self) -> History:
        """A device's history."""
        owner = self._owner
        return self._history if owner is None else owner.history

    @property
    def probation(self) -> int:
        """How many accesses a new version has to answer before it is trusted."""
        owner = self._owner
        return PROBATION if owner is None else owner.probation

    @property
    def access(self) -> None:
        """Say nothing: versions are called through the devices' hooks."""

    client = None

    def line(self, key: Hashable) -> Line | None:
        """Return the versions of the hook with this key: of this class, or one it inherits from."""
        owner = self._owner
        if owner is not None:
            return owner.line(key)
        return None if (hook := self.named(key)) is None else hook.line

    def named(self, key: Hashable) -> Hook | None:
        """Return the hook with this key, of this class or one that it inherits from."""
        hooks = (hook for level in self._lineage for hook in level._hooks.values())
        return next((hook for hook in hooks if hook.line.key == key), None)

    def _restore(self, what: str, moves: tuple[Move, ...], origin: Origin) -> None:
        restore(Restore(what, moves, self, origin), self)

    @property
    def batch(self) -> Batch | None:
        """The batch that collects patches at this moment, if any."""
        owner = self._owner
        return None if owner is None else owner.batch

    def check_patchable(self) -> None:
        """Allow every patch: it reaches the devices that are made later."""

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the devices' thread between accesses."""
        owner = self._owner
        return fn(*args, **kwargs) if owner is None else owner.run(fn, *args, **kwargs)

    def transaction(self, *, sleeps: bool = False) -> Journal:
        """Begin to note what the hook does that is about to run."""
        return Journal(sleeps=sleeps)

    def trusted(self) -> None:
        """Do nothing: versions are called through the devices' hooks."""

    def rehearse(
        self, hook: Hook, function: Callable[..., Any], events: Sequence[Event], patience: float
    ) -> Rehearsal:
        """Play recorded events to copies of a device that has such a region."""
        owner = self._owner
        if owner is None:
            raise PatchError(f"{hook.name} cannot be tried: there is no device with a {self.name}")
        return owner.rehearse(hook, function, events, patience)

    def report(self, failure: Failure) -> None:
        """Tell people that a hook failed."""
        owner = self._owner
        if owner is not None:
            owner.report(failure)

    def announce(self, text: str) -> None:
        """Tell people one line of news, where a device has somebody to tell it to."""
        owner = self._owner
        if owner is not None:
            owner.announce(text)

    @property
    def _owner(self) -> "HookOwner | None":
        owners = [table.owner for table in self._tables]
        served = (owner for owner in owners if not isinstance(owner.host, InlineHost))
        return next(served, next(iter(owners), None))
