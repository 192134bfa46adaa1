"""A named place for a callback."""

from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any, TypeVar

from muserlab.live.change import Change, Clear, Define, Undo
from muserlab.live.copies import Copies
from muserlab.live.diff import Diff
from muserlab.live.errors import Blameless, HookFailed, HookUndefined, PatchError
from muserlab.live.failure import Failure
from muserlab.live.history import History
from muserlab.live.owner import NO_TRANSACTION, Owner
from muserlab.live.source import check_signature
from muserlab.live.version import Version
from muserlab.trace import Kind

F = TypeVar("F", bound=Callable[..., Any])
Answer = Coroutine[Any, Any, Any]
COROUTINE: type[Answer] = CoroutineType

# What a hook may raise without stopping the server. SystemExit is here because `exit()` in a hook
# must not end the thread that serves; cancellation and Ctrl-C pass.
FAULTS = (Exception, SystemExit)


class Hook:
    """A named place for a callback, holding the versions that were put there.

    Use it as a decorator to put a function there. `params` names the arguments that every version
    takes, the owner's subject first. `base` is the hook that answers where this one has no version
    of its own: for a device's hook, the one of its class. `check(answer, *args)` returns what a
    version's answer means; where it makes no sense, it raises WrongAnswer, and the version has
    failed.
    """

    __slots__ = ("_check", "_owner", "_params", "_subject", "history")

    def __init__(
        self,
        owner: Owner,
        name: str,
        params: tuple[str, ...],
        *,
        base: "Hook | None" = None,
        check: Callable[..., Any] | None = None,
    ) -> None:
        self._owner = owner
        self._subject = owner.subject
        self._params = params
        self._check = check
        self.history: History = History(name, base.history if base is not None else None)

    # -- patching --------------------------------------------------------------------------------

    def __call__(self, function: F) -> F:
        """Put a function here, in place of the one before, and return it.

        The same source again is no new version; its function object is taken all the same, as its
        closure may differ. Raises PatchError where the function does not fit `params`, and where
        the owner is used no more.
        """
        check_signature(self.name, self._params, function)
        self._submit(Define(self.history, self._owner, function))
        return function

    def undo(self) -> None:
        """Make the version before the current one current again.

        Where that was the base's, no version is current here any more. Raises PatchError where
        none is now.
        """
        self._submit(Undo(self.history, self._owner))

    def clear(self) -> None:
        """Leave no version current here; they stay listed in `versions`."""
        self._submit(Clear(self.history, self._owner))

    def succeed(self, former: "Hook | None") -> None:
        """Continue a former hook's versions here, if there was such a hook.

        What is defined here already comes after them, from the next access on. For who replaces
        the former's owner: call it on the thread that calls hooks, when the owner has the trace
        that goes on. It is no patch, so it says nothing and records nothing.
        """
        seq = self._owner.trace.accesses + 1
        if former is None:
            self.history.begin(seq)
        else:
            self.history.succeed(former.history, seq)

    def _submit(self, change: Change) -> None:
        self._owner.check_patchable()
        batch = self._owner.batch
        if batch is not None:
            batch.add(change)
        else:
            self._owner.run(change.apply)
            change.announce()

    def copy(self, owner: Owner, copies: Copies) -> "Hook":
        """Return a hook of a copy of the owner, with the copy of its versions."""
        hook = Hook(owner, self.name, self._params, check=self._check)
        hook.history = copies.history(self.history)
        return hook

    # -- looking ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the hook is called: "CTRL.on_write"."""
        return self.history.name

    @property
    def params(self) -> tuple[str, ...]:
        """Names of the arguments that a version takes."""
        return self._params

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version that was put here, oldest first."""
        return self.history.versions

    @property
    def current(self) -> Version | None:
        """The version that the next call meets, the base's where there is none here."""
        return self.history.current

    def __bool__(self) -> bool:
        """Tell whether there is a version to call."""
        return self.history.current is not None

    def diff(self, a: int | None = None, b: int | None = None) -> Diff:
        """Return a unified diff from version number a to version number b.

        Unless told otherwise, b is the current version and a the one that was current before b.
        Raises PatchError where there is no such version.
        """
        new = self.current if b is None else self.history.numbered(b)
        if new is None:
            raise PatchError(f"{self.name} has no current version; say which to compare")
        old = new.former if a is None else self.history.numbered(a)
        return Diff.between(self.name, old, new)

    def __repr__(self) -> str:
        """Show the current version, or what a function for this hook takes."""
        current = self.current
        if current is None:
            return f"<{self.name}: not defined; takes a function of ({', '.join(self._params)})>"
        return f"<{self.name} v{current.number}, {current.place}, from access {current.seq}>"

    # -- calling ---------------------------------------------------------------------------------

    def call(self, *args: Any) -> Any:
        """Call the current version with the subject and args; return what it returns.

        What an async version gives is a coroutine to await. A version that raises, or answers what
        `check` refuses, makes way for the one before it, if that never failed: its pokes are
        undone, that one answers this call, and is current again. One that raises Blameless stays,
        and its pokes stand; no other is asked. Raises (or the coroutine raises) HookFailed where
        none answers, and HookUndefined where there is none.
        """
        version = self.history.own or self._inherited()
        if version.former is not None:
            return self._run(version, args, ())
        try:
            result = version.function(self._subject, *args)
            if type(result) is COROUTINE:
                return self._finish(version, result, args, ())
            return result if self._check is None else self._check(result, *args)
        except Blameless as error:
            raise self._excused(version, error, ()) from error
        except FAULTS as error:
            return self._give_way(version, error, args, ())

    def _inherited(self) -> Version:
        version = self.history.current
        if version is None:
            raise HookUndefined(f"{self.name} has no version")
        return version

    def _run(self, version: Version, args: tuple[Any, ...], failed: tuple[Failure, ...]) -> Any:
        transaction = self._owner.transaction() if version.spare is not None else NO_TRANSACTION
        try:
            result = version.function(self._subject, *args)
            if self._check is not None and type(result) is not COROUTINE:
                result = self._check(result, *args)
        except Blameless as error:
            transaction.commit()
            raise self._excused(version, error, failed) from error
        except FAULTS as error:
            transaction.rollback()
            return self._give_way(version, error, args, failed)
        except BaseException:
            transaction.commit()
            raise
        transaction.commit()
        if type(result) is COROUTINE:
            return self._finish(version, result, args, failed)
        if failed:
            self._answered(version, failed)
        return result

    async def _finish(
        self, version: Version, answer: Answer, args: tuple[Any, ...], failed: tuple[Failure, ...]
    ) -> Any:
        transaction = self._owner.transaction() if version.spare is not None else NO_TRANSACTION
        try:
            result = await answer
            if self._check is not None:
                result = self._check(result, *args)
        except Blameless as error:
            transaction.commit()
            raise self._excused(version, error, failed) from error
        except FAULTS as error:
            transaction.rollback()
            result = self._give_way(version, error, args, failed)
            return await result if type(result) is COROUTINE else result
        except BaseException:
            transaction.commit()
            raise
        transaction.commit()
        if failed:
            self._answered(version, failed)
        return result

    def _excused(
        self, version: Version, error: Blameless, failed: tuple[Failure, ...]
    ) -> HookFailed:
        """Tell of an error that is not the version's, which stays; return what to raise."""
        self._note(version, error)
        self._answered(version, failed)
        failure = version.excused.add(self.name, version, error)
        self._report((failure,))
        return HookFailed(self.name, (*failed, failure))

    def _note(self, version: Version, error: BaseException) -> None:
        note = f"v{version.number} {type(error).__name__}: {error}"
        self._owner.trace.record(Kind.FAULT, self.name, note=note)

    def _give_way(
        self,
        version: Version,
        error: BaseException,
        args: tuple[Any, ...],
        failed: tuple[Failure, ...],
    ) -> Any:
        """Let the version before this one answer; raise HookFailed where there is none."""
        self._note(version, error)
        failed = (*failed, version.tally.add(self.name, version, error))
        spare = version.spare
        if spare is not None:
            return self._run(spare, args, failed)
        self._report(failed)
        raise HookFailed(self.name, failed) from error

    def _answered(self, version: Version, failed: tuple[Failure, ...]) -> None:
        """Put version back in place of the ones that failed before it answered."""
        for failure in failed:
            if self.history.put_back(failure.version, version):
                failure.restored = version
                self._owner.trace.record(Kind.PATCH, self.name, note=f"v{version.number} put back")
        self._report(failed)

    def _report(self, failures: tuple[Failure, ...]) -> None:
        for failure in failures:
            if failure.count == 1:
                self._owner.report(failure)
