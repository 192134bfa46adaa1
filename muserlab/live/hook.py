"""A named place for a callback."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from muserlab.live.calling import CARELESS, Caller, Care
from muserlab.live.change import Clear, Define, submit
from muserlab.live.copies import Copies
from muserlab.live.diff import Diff
from muserlab.live.errors import PatchError
from muserlab.live.failure import Input
from muserlab.live.history import DEFINE, Entries, Move
from muserlab.live.line import Line
from muserlab.live.origin import Origin, origin_here, person
from muserlab.live.owner import Owner
from muserlab.live.rehearsal import PATIENCE, Recorded, Rehearsal, recorded
from muserlab.live.source import check_signature
from muserlab.live.version import Version

F = TypeVar("F", bound=Callable[..., Any])


class Hook(Caller):
    """A named place for a callback, holding the versions that were put there.

    Use it as a decorator to put a function there. `params` names the arguments that every version
    takes, the owner's subject first. `key` finds the hook again in a later definition of its owner;
    it is the name unless told otherwise. `base` is the hook that answers where this one has no
    version of its own: for a device's hook, the one of its class. `check(answer, *args)` returns
    what a version's answer means; where it makes no sense, it raises WrongAnswer, and the version
    has failed. `care` tells whether every call has to be one that can be made again.
    """

    __slots__ = ()

    def __init__(
        self,
        owner: Owner,
        name: str,
        params: tuple[str, ...],
        *,
        key: Hashable = None,
        base: "Hook | None" = None,
        check: Callable[..., Any] | None = None,
        care: Care = CARELESS,
    ) -> None:
        self._owner = owner
        self._subject = owner.subject
        self._params = params
        self._check = check
        self._care = care
        self.line = Line(name, base.line if base is not None else None, key)

    # -- patching --------------------------------------------------------------------------------

    def __call__(self, function: F) -> F:
        """Put a function here, in place of the one before, and return it.

        The same source again is no new version; its function object is taken all the same, as its
        closure may differ. Raises PatchError where the function does not fit `params`, and where
        the owner is used no more.
        """
        check_signature(self.name, self._params, function)
        submit(Define(self.line, self._owner, origin_here(), function), self._owner)
        return function

    def try_(
        self,
        function: Callable[..., Any],
        against: Recorded | None = None,
        *,
        patience: float = PATIENCE,
    ) -> Rehearsal:
        """Show what function would do here, without putting it here: nothing live is touched.

        Recorded events (`against`: the owner's own trace, unless told otherwise) are played to two
        copies of the owner, one with its present versions and one with function at this hook, and
        what comes out differently is returned. Time in the copies is virtual.
        Raises PatchError where the function does not fit `params`, and what keeps the owner from
        being copied; a rehearsal that gets no further for `patience` seconds is given up, as is one
        that is interrupted.
        """
        check_signature(self.name, self._params, function)
        events = recorded(self._owner.trace if against is None else against)
        return self._owner.rehearse(self, function, events, patience)

    def undo(self) -> None:
        """Take the last patch of this hook back.

        Where there was no version before it, none is current here any more. Raises PatchError where
        no patch is left.
        """
        self._owner.check_patchable()
        self._owner.history.undo(self.line.key, origin_here())

    def redo(self) -> None:
        """Make the patch again that was taken back last, by `undo` or because it failed.

        Its version is on probation again. Raises PatchError where nothing was taken back.
        """
        self._owner.check_patchable()
        self._owner.history.redo(self.line.key, origin_here())

    def clear(self) -> None:
        """Leave no version current here; they stay listed in `versions`."""
        submit(Clear(self.line, self._owner, origin_here()), self._owner)

    def succeed(self, former: "Hook | None") -> None:
        """Continue a former hook's versions here, if there was such a hook.

        What is defined here already comes after them, from the next access on. For who replaces
        the former's owner: call it on the thread that calls hooks, when the owner has the trace
        and the history that go on. It is told by whoever replaces, not here.
        """
        seq = self._owner.trace.accesses + 1
        known = 0
        if former is None:
            self.line.begin(seq)
        else:
            self.line.succeed(former.line, seq)
            known = len(former.versions)
        for version in self.versions[known:]:
            before = version.former if version.former in self.versions else None
            move = Move(self.line.key, self.name, before, version)
            origin = Origin(person(), version.place)
            self._owner.history.add(DEFINE, [move], origin=origin, seq=seq - 1)

    def copy(self, owner: Owner, copies: Copies) -> "Hook":
        """Return a hook of a copy of the owner, with the copy of its versions."""
        hook = Hook(owner, self.name, self._params, check=self._check)
        hook.line = copies.line(self.line)
        return hook

    # -- looking ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the hook is called: "CTRL.on_write"."""
        return self.line.name

    @property
    def params(self) -> tuple[str, ...]:
        """Names of the arguments that a version takes."""
        return self._params

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version that was put here, oldest first."""
        return self.line.versions

    @property
    def current(self) -> Version | None:
        """The version that the next call meets, the base's where there is none here."""
        return self.line.current

    @property
    def history(self) -> Entries:
        """The patches that were made here: who, when, from where, and what came of them."""
        return self._owner.history.of(self.line.key)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The last calls on which a version of this hook failed, oldest first."""
        failures = (failure for version in self.versions for failure in version.failed_with)
        return tuple(sorted((i for f in failures for i in f.inputs), key=lambda one: one.seq))

    def __bool__(self) -> bool:
        """Tell whether there is a version to call."""
        return self.line.current is not None

    def diff(self, a: int | None = None, b: int | None = None) -> Diff:
        """Return a unified diff from version number a to version number b.

        Unless told otherwise, b is the current version and a the one that was current before b.
        Raises PatchError where there is no such version.
        """
        new = self.current if b is None else self.line.numbered(b)
        if new is None:
            raise PatchError(f"{self.name} has no current version; say which to compare")
        old = new.former if a is None else self.line.numbered(a)
        return Diff.between(self.name, old, new)

    def __repr__(self) -> str:
        """Show the current version, or what a function for this hook takes."""
        current = self.current
        if current is None:
            return f"<{self.name}: not defined; takes a function of ({', '.join(self._params)})>"
        return f"<{self.name} v{current.number}, {current.place}, from access {current.seq}>"
