"""What a region does with an access that no version of a hook can answer."""

from collections.abc import Awaitable
from enum import StrEnum
from errno import EIO
from typing import TYPE_CHECKING, Any

from muserlab.device.access import Access, Cause
from muserlab.device.errors import DefinitionError, RegionError
from muserlab.device.holding import RESUME, Pending, Verdict
from muserlab.device.region.steps import Steps
from muserlab.live import COROUTINE, Blameless, Hook, HookFailed

if TYPE_CHECKING:
    from muserlab.device.hooks import HookOwner
    from muserlab.device.region.breakpoint import Breakpoint


class Policy(StrEnum):
    """Who answers an access where no version of its hook can.

    ERRNO  the client gets an error, EIO
    ONES   all bits are set, and writes are lost, as where no device is
    PAUSE  the client waits until a person has mended the hook, or answers by hand
    """

    ERRNO = "errno"
    ONES = "ones"
    PAUSE = "pause"


class Absent(Exception):
    """The access is answered as if there were no device."""


class Guard:
    """The policy and the breakpoints of one region.

    With PAUSE a hook may be called again for the same access, so every call is a transaction.
    """

    def __init__(self, owner: "HookOwner", region: str, policy: Policy) -> None:
        self.region = region
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._owner = owner
        self.policy = policy

    @property
    def policy(self) -> Policy:
        """Who answers where no version can."""
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._policy = Policy(policy)
        self.careful = self._policy is Policy.PAUSE

    def ask(self, hook: Hook, cause: Cause, *args: Any) -> Any:
        """Call a hook and return its answer; a coroutine that gives it where that takes time.

        Where no version answers, the policy says what becomes of the access: the answer is the
        Verdict of a person, or Absent or RegionError is raised.
        """
        self._owner.cause = cause
        try:
            answer = hook.call(*args)
        except HookFailed as failed:
            verdict = self._judge(failed, cause, args)
            if isinstance(verdict, Verdict):
                return verdict
            return self._ask_again(verdict, hook, cause, args)
        if type(answer) is COROUTINE:
            return self._ask_again(answer, hook, cause, args)
        return answer

    async def _ask_again(
        self, pending: Awaitable[Any], hook: Hook, cause: Cause, args: tuple[Any, ...]
    ) -> Any:
        """Wait for an answer or a verdict; call the hook again as long as that is the verdict."""
        while True:
            try:
                answer = await pending
            except HookFailed as failed:
                verdict = self._judge(failed, cause, args)
                if isinstance(verdict, Verdict):
                    return verdict
                pending = verdict
                continue
            if not (isinstance(answer, Verdict) and answer.what == "retry"):
                return answer
            answer = self.ask(hook, cause, *args)
            if type(answer) is not COROUTINE:
                return answer
            pending = answer

    def _judge(
        self, failed: HookFailed, cause: Cause, args: tuple[Any, ...]
    ) -> Verdict | Awaitable[Verdict]:
        """Do as the policy says."""
        if isinstance(failed.failures[-1].exception, Blameless):
            return RESUME  # what the client did to its own memory is no reason to refuse its access
        match self._policy:
            case Policy.ONES:
                _tell(failed, "the client got all ones")
                raise Absent from failed
            case Policy.PAUSE:
                failure = failed.failures[0]
                pending = Pending(Access(*cause), str(failure), args[0], args[-1], failure)
                _tell(failed, "the access is paused, see lab.paused")
                return self.hold(pending)
            case Policy.ERRNO:
                _tell(failed, "the client got EIO")
                raise RegionError(f"{failed.hook} failed", EIO) from failed

    def stop(self, access: Access) -> Steps[Verdict]:
        """Keep an access waiting if a breakpoint says so; return what a person says."""
        for point in self.breakpoints:
            why = point.stops(access.offset, access.size, access.data)
            if why is not None:
                verdict: Verdict = yield self.hold(Pending(access, *why))
                return verdict
        return RESUME

    async def hold(self, pending: Pending) -> Verdict:
        """Keep an access waiting; raises RegionError where a person, or nobody, lets it fail."""
        verdict = await self._owner.host.hold(pending)
        if verdict.what == "fail":
            raise RegionError(f"{pending.access} failed: {verdict.reason}", verdict.errno)
        return verdict


def _tell(failed: HookFailed, remedy: str) -> None:
    for failure in failed.failures:
        failure.remedy = remedy


def policy_of(where: str, policy: "Policy | str") -> Policy:
    """Return the policy that a person means; raises DefinitionError, telling the choices."""
    try:
        return Policy(policy)
    except ValueError:
        choices = ", ".join(repr(one.value) for one in Policy)
        raise DefinitionError(f"{where}: policy={policy!r} is none of {choices}") from None
