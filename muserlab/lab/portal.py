"""The one way into the trio thread."""

import contextlib
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, Self, TypeVar, TypeVarTuple

import trio

from muserlab.lab.errors import LabStopped, PortalError
from muserlab.lab.future import Future
from muserlab.lab.isolation import isolated
from muserlab.server import fault_in

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Portal:
    """Runs functions on the trio thread for every other thread.

    Calling it on the trio thread itself raises PortalError: the thread would wait for itself. Work
    runs in a context of its own, not in the caller's: what a long task prints must not appear for
    ever under the cell that started it.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self._token = trio.lowlevel.current_trio_token()
        self.thread = threading.get_ident()
        """The identifier of the trio thread."""
        self._process = os.getpid()
        self._open = True

    @property
    def here(self) -> bool:
        """Whether the caller is on the trio thread."""
        return threading.get_ident() == self.thread

    def call(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the trio thread between two steps of its tasks; return what it returns."""
        self.check()
        future = Future[T](stop=lambda: None, check=self.check)

        def enter() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 - it is raised in the caller instead
                    future.set_exception(error)

        self._post(enter)
        return future.result()

    def run(self, async_fn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """Run an async function on the trio thread; wait for it and return what it returns.

        KeyboardInterrupt while waiting cancels it.
        """
        self.check()
        future, enter = self._prepare(async_fn, args)
        try:
            self._post(enter)
            return future.result()
        except KeyboardInterrupt:
            future.cancel()  # it may have come before result() could see to it
            raise

    def submit(self, async_fn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> Future[T]:
        """Start an async function on the trio thread; return its future at once."""
        future, enter = self._prepare(async_fn, args)
        self._post(enter)
        return future

    def soon(self, fn: Callable[[], object]) -> None:
        """Call fn, which must not raise, on the trio thread soon, from any thread.

        Nothing happens where the trio thread has ended.
        """
        self._check_caller()
        with contextlib.suppress(trio.RunFinishedError):
            self._token.run_sync_soon(fn)

    def check(self) -> None:
        """Raise where waiting for the trio thread would be for ever.

        That is PortalError on the trio thread itself and on an isolated one, and LabStopped in a
        forked child.
        """
        if self.here:
            raise PortalError(
                "code on the trio thread (a hook, a task) waits for the trio thread: that would "
                "be for ever. Call it from a cell, or await it in an async hook"
            )
        self._check_caller()

    def close(self) -> None:
        """Cancel everything that runs on the trio thread, and end its loop."""
        self.soon(self._nursery.cancel_scope.cancel)

    def _prepare(
        self, async_fn: Callable[..., Awaitable[T]], args: tuple[Any, ...]
    ) -> tuple[Future[T], Callable[[], None]]:
        """Return a future, and what starts its work when called on the trio thread."""
        scope = trio.CancelScope()
        future = Future[T](stop=lambda: self.soon(scope.cancel), check=self.check)

        def enter() -> None:
            if self._open:
                self._nursery.start_soon(self._work, future, scope, async_fn, args)
            else:
                future.fail(_stopped())

        return future, enter

    async def _work(
        self,
        future: Future[Any],
        scope: trio.CancelScope,
        async_fn: Callable[..., Awaitable[Any]],
        args: tuple[Any, ...],
    ) -> None:
        try:
            with scope:
                future.settle(await async_fn(*args))
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller instead
            future.fail(fault_in(error) or _stopped())
        finally:
            if not future.done():
                future.fail(_stopped())

    def _check_caller(self) -> None:
        if os.getpid() != self._process:
            raise LabStopped("the lab runs in the parent of this process; serve again here")
        if isolated() and not self.here:
            raise PortalError(
                "a version that is only tried reaches for a device that is served, by a name of its"
                " own: nothing live is touched. Let it use its first argument"
            )

    def _post(self, enter: Callable[[], object]) -> None:
        self._check_caller()
        try:
            self._token.run_sync_soon(enter)
        except trio.RunFinishedError:
            raise _stopped() from None

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncGenerator[Self]:
        """Open a portal into the running trio loop; what it runs ends with the block."""
        async with trio.open_nursery() as nursery:
            portal = cls(nursery)
            try:
                yield portal
            finally:
                portal._open = False


def _stopped() -> LabStopped:
    return LabStopped("the lab was stopped; serve a device to start it again")
