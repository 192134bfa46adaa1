"""Accesses that run straight through, or stop on the way where a hook is async.

An access is written once, as a generator that yields what must be awaited. Where nothing must be,
`drive` gives its answer at once, without any event loop; else what is left of it is a coroutine.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[Awaitable[Any], Any, T]


def drive(steps: Steps[T]) -> T | Coroutine[Any, Any, T]:
    """Run steps up to their end, or to the first that must be awaited: then return the rest."""
    try:
        pending = next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # a generator's return value
    return _rest(steps, pending)


def answering(steps: Steps[T], answered: Callable[[int], None], seq: int) -> Steps[T]:
    """Take steps that are event number `seq`, and say when they have ended, however they do."""
    try:
        return (yield from steps)
    finally:
        answered(seq)


async def until(pending: Awaitable[T], answered: Callable[[int], None], seq: int) -> T:
    """Wait for what event number `seq` is, and say when it has ended, however it does."""
    try:
        return await pending
    finally:
        answered(seq)


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
