"""Something that stays open on the trio thread while other threads use it."""

import concurrent.futures
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

import trio

from muserlab.lab.errors import LabStopped
from muserlab.lab.future import Future
from muserlab.lab.portal import Portal

T = TypeVar("T")


class Held(Generic[T]):
    """An async context manager, entered and left on the trio thread by a task of its own.

    Making one waits until it is entered, and raises what entering raises. It is left by `close`,
    or when the lab stops.
    """

    def __init__(self, portal: Portal, manager: AbstractAsyncContextManager[T]) -> None:
        self.portal = portal
        self._leave = trio.Event()
        self._entered = Future[T](stop=lambda: None, check=portal.check)
        self.ended = portal.submit(self._hold, manager)
        self.ended.add_done_callback(self._fail_if_never_entered)
        try:
            self.value = self._entered.result()
        except KeyboardInterrupt:
            self.ended.cancel()
            raise

    @property
    def closed(self) -> bool:
        """Whether it was left."""
        return self.ended.done()

    def close(self) -> None:
        """Leave it, wait for that, and raise what leaving raises; again is harmless."""
        if not self.closed:
            self.leave()
            self.ended.result()

    def leave(self) -> None:
        """Have it left soon."""
        self.portal.soon(self._leave.set)

    async def _hold(self, manager: AbstractAsyncContextManager[T]) -> None:
        try:
            async with manager as value:
                self._entered.settle(value)
                await self._leave.wait()
        except BaseExceptionGroup as group:
            # A nursery wraps even a single error; whoever asked for this knows of no nursery.
            raise group.exceptions[0] if len(group.exceptions) == 1 else group from None

    def _fail_if_never_entered(self, ended: "concurrent.futures.Future[None]") -> None:
        if not self._entered.done():
            error = None if ended.cancelled() else ended.exception()
            self._entered.fail(error or LabStopped("it was closed before it was open"))
