"""Calling a hook: who answers, and what becomes of a version that cannot.

A version that is trusted is simply called. One on probation is called in a transaction, with the
version before it standing by: if it raises, or answers what makes no sense, what it did is undone,
the one before answers the same call, and is current again. So nobody outside ever meets it.
"""

from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any, Protocol

from muserlab.live.errors import Blameless, HookFailed, HookUndefined
from muserlab.live.failure import Failure, Input
from muserlab.live.history import PUT_BACK, Move
from muserlab.live.line import Line
from muserlab.live.origin import MUSERLAB
from muserlab.live.owner import Owner, Transaction
from muserlab.live.version import Version
from muserlab.trace import Kind

Answer = Coroutine[Any, Any, Any]
Occasion = tuple[Any, str | None]
"""The access that is answered, and whose it is: an async version fails when others are."""
COROUTINE: type[Answer] = CoroutineType

# What a hook may raise without stopping the server. SystemExit is here because `exit()` in a hook
# must not end the thread that serves; cancellation and Ctrl-C pass.
FAULTS = (Exception, SystemExit)


class Care(Protocol):
    """Whether calls of a hook may have to be made again, and are transactions therefore."""

    careful: bool


class Careless:
    """Calls of trusted versions are made once."""

    careful = False


CARELESS = Careless()


class Caller:
    """The half of a hook that is called."""

    __slots__ = ("_care", "_check", "_owner", "_params", "_subject", "line")

    _care: Care
    _check: Callable[..., Any] | None
    _owner: Owner
    _params: tuple[str, ...]
    _subject: Any
    line: Line

    def call(self, *args: Any) -> Any:
        """Call the current version with the subject and args; return what it returns.

        What an async version gives is a coroutine to await. A version on probation that raises, or
        answers what `check` refuses, makes way for the one before it. One that raises Blameless
        stays, and what it did stands; no other is asked. Raises (or the coroutine raises)
        HookFailed where none answers, and HookUndefined where there is none.
        """
        version = self.line.own or self._inherited()
        if version.trial.left or self._care.careful:
            return self._attempt(version, args, ())
        try:
            result = version.function(self._subject, *args)
            if type(result) is COROUTINE:
                return self._finish(version, result, args, (), self._occasion())
            return result if self._check is None else self._check(result, *args)
        except Blameless as error:
            raise self._excused(version, error, (), self._input(args, self._occasion())) from error
        except FAULTS as error:
            return self._give_way(version, error, args, (), self._input(args, self._occasion()))

    def _inherited(self) -> Version:
        version = self.line.current
        if version is None:
            raise HookUndefined(f"{self.line.name} has no version")
        return version

    def _attempt(self, version: Version, args: tuple[Any, ...], failed: tuple[Failure, ...]) -> Any:
        """Call a version in a transaction, if it or the caller needs one."""
        transaction = self._begin(version, sleeps=False)
        try:
            result = version.function(self._subject, *args)
            if self._check is not None and type(result) is not COROUTINE:
                result = self._check(result, *args)
        except Blameless as error:
            transaction.commit()
            raise self._excused(
                version, error, failed, self._input(args, self._occasion())
            ) from error
        except FAULTS as error:
            transaction.rollback()
            return self._give_way(version, error, args, failed, self._input(args, self._occasion()))
        except BaseException:
            transaction.commit()
            raise
        transaction.commit()
        if type(result) is COROUTINE:
            return self._finish(version, result, args, failed, self._occasion())
        self._answered(version, failed)
        return result

    async def _finish(
        self,
        version: Version,
        answer: Answer,
        args: tuple[Any, ...],
        failed: tuple[Failure, ...],
        occasion: Occasion,
    ) -> Any:
        transaction = self._begin(version, sleeps=True)
        try:
            result = await answer
            if self._check is not None:
                result = self._check(result, *args)
        except Blameless as error:
            transaction.commit()
            given = self._input(args, occasion)
            raise self._excused(version, error, failed, given) from error
        except FAULTS as error:
            transaction.rollback()
            given = self._input(args, occasion)
            result = self._give_way(version, error, args, failed, given)
            return await result if type(result) is COROUTINE else result
        except BaseException:
            transaction.commit()
            raise
        transaction.commit()
        self._answered(version, failed)
        return result

    def _begin(self, version: Version, *, sleeps: bool) -> Transaction:
        if version.trial.left or self._care.careful:
            return self._owner.transaction(sleeps=sleeps)
        return NO_TRANSACTION

    def _excused(
        self, version: Version, error: Blameless, failed: tuple[Failure, ...], given: Input
    ) -> HookFailed:
        """Tell of an error that is not the version's, which stays; return what to raise."""
        self._note(version, error)
        self._put_back(version, failed)
        key = self.line.key_of(version)
        failure = version.excused.add(self.line.name, version, error, given, key)
        self._report((failure,))
        return HookFailed(self.line.name, (*failed, failure))

    def _give_way(
        self,
        version: Version,
        error: BaseException,
        args: tuple[Any, ...],
        failed: tuple[Failure, ...],
        given: Input,
    ) -> Any:
        """Let the version before one on probation answer; raise HookFailed where there is none."""
        self._note(version, error)
        failed = (
            *failed,
            version.tally.add(self.line.name, version, error, given, self.line.key_of(version)),
        )
        if version.trial.left and version.former is not None:
            return self._attempt(version.former, args, failed)
        self._report(failed)
        raise HookFailed(self.line.name, failed) from error

    def _answered(self, version: Version, failed: tuple[Failure, ...]) -> None:
        """Count an answer, and put version back in place of the ones that failed before it."""
        trial = version.trial
        if trial.left:
            trial.left -= 1
            if not trial.left:
                self._owner.trusted()
        if failed:
            self._put_back(version, failed)

    def _put_back(self, version: Version, failed: tuple[Failure, ...]) -> None:
        for failure in failed:
            line = self.line.put_back(failure.version, version)
            if line is not None:
                failure.restored = version
                trace = self._owner.trace
                trace.record(Kind.PATCH, self.line.name, note=f"v{version.number} put back")
                move = Move(line.key, line.name, failure.version, line.own)
                seq = trace.accesses
                self._owner.history.add(PUT_BACK, [move], origin=MUSERLAB, seq=seq)
        self._report(failed)

    def _occasion(self) -> Occasion:
        owner = self._owner
        return owner.access, owner.client

    def _input(self, args: tuple[Any, ...], occasion: Occasion) -> Input:
        access, client = occasion
        return Input(self._params[1:], args, access, client, self._owner.trace.accesses)

    def _note(self, version: Version, error: BaseException) -> None:
        note = f"v{version.number} {type(error).__name__}: {error}"
        self._owner.trace.record(Kind.FAULT, self.line.name, note=note)

    def _report(self, failures: tuple[Failure, ...]) -> None:
        for failure in failures:
            if failure.count == 1:
                self._owner.report(failure)


class NoTransaction:
    """Keeps everything: the transaction of a trusted version."""

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""


NO_TRANSACTION = NoTransaction()
