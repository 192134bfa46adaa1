"""Accesses that run straight through, or stop on the way where a hook is async.

An access is written once, as a generator that yields what must be awaited. Where nothing must be,
`drive` gives its answer at once, without any event loop; else what is left of it is a coroutine.
"""

from collections.abc import Awaitable, Coroutine, Generator
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
