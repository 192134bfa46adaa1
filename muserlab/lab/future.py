"""The result of work on the trio thread, for a cell to wait for or to await."""

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

import sniffio
import trio

T = TypeVar("T")


class Future(concurrent.futures.Future[T], Generic[T]):
    """The result of work on the trio thread.

    `result()` waits for it, and cancels the work when a person presses Ctrl-C (or interrupts the
    kernel). `await` works in asyncio (a notebook's cells) and in trio. `stop` ends the work on the
    other side; `check` raises where waiting would be for ever.
    """

    def __init__(self, stop: Callable[[], None], check: Callable[[], None]) -> None:
        super().__init__()
        self._stop = stop
        self._check = check

    def cancel(self) -> bool:
        """Give the result up and end the work; return False if the work is done."""
        given_up = super().cancel()
        if given_up:
            self._stop()
        return given_up

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result, at most that many seconds, and return it or raise its error."""
        if not self.done():
            self._check()
        try:
            return super().result(timeout)
        except KeyboardInterrupt:
            self.cancel()
            raise

    def settle(self, result: T) -> None:
        """Set the result, unless it was given up."""
        if self.set_running_or_notify_cancel():
            self.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Set the error, unless the result was given up."""
        if self.set_running_or_notify_cancel():
            self.set_exception(error)

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait in whichever loop runs; cancelling the wait ends the work."""
        if sniffio.current_async_library() == "trio":
            return self._wait_in_trio().__await__()
        return asyncio.wrap_future(self).__await__()

    async def _wait_in_trio(self) -> T:
        token = trio.lowlevel.current_trio_token()
        done = trio.Event()

        def wake(_: concurrent.futures.Future[T]) -> None:
            with contextlib.suppress(trio.RunFinishedError):
                token.run_sync_soon(done.set)

        self.add_done_callback(wake)
        try:
            await done.wait()
        except trio.Cancelled:
            self.cancel()
            raise
        return super().result()
