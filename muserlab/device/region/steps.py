"""Accesses that run straight through, or stop on the way where a hook is async.

An access is written once, as a generator that yields what must be awaited. Where nothing must be,
`drive` gives its answer at once, without any event loop; else what is left of it is a coroutine.
"""

from collections.abc import Awaitable, Coroutine, Generator
from types import CoroutineType
from typing import Any, Final, TypeVar

from muserlab.device.hooks import HookOwner
from muserlab.live import Failure, Hook
from muserlab.trace import Kind

T = TypeVar("T")
Steps = Generator[Awaitable[Any], Any, T]


class Pass:
    """What a raw hook returns to let what lies below it answer: use the instance, `PASS`."""

    def __repr__(self) -> str:
        return "PASS"


PASS: Final = Pass()


def drive(steps: Steps[T]) -> T | Coroutine[Any, Any, T]:
    """Run steps up to their end, or to the first that must be awaited: then return the rest."""
    try:
        pending = next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # a generator's return value
    return _rest(steps, pending)


async def _rest(steps: Steps[T], pending: Awaitable[Any]) -> T:
    try:
        while True:
            try:
                answer = await pending
            except BaseException as error:  # noqa: BLE001 - the generator decides
                pending = steps.throw(error)
            else:
                pending = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # a generator's return value


def ask(hook: Hook, *args: Any) -> Steps[Any]:
    """Call a hook, awaiting it if it is async; raises HookFailed as Hook.call does."""
    answer = hook.call(*args)
    if type(answer) is CoroutineType:
        answer = yield answer
    return answer


def refuse(owner: HookOwner, hook: Hook, error: Exception) -> None:
    """Treat an answer that makes no sense as a failure of the hook's current version."""
    version = hook.current
    owner.trace.record(Kind.FAULT, hook.name, note=f"{type(error).__name__}: {error}")
    if version is not None:
        failure: Failure = version.tally.add(hook.name, version, error)
        if failure.count == 1:
            owner.report(failure)
