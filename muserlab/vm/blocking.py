"""Blocking work on a thread that does not outlive it."""

import threading
from collections.abc import Callable
from typing import TypeVar

import trio

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Call work on a thread of its own and return what it returns, or raise what it raises.

    The thread has ended when this returns, and this returns only then, cancelled or not: give up
    what the work waits for first. (trio's own worker threads wait ten seconds for more to do, and
    nothing may be left of a guest that has ended.)
    """
    done = trio.Event()
    token = trio.lowlevel.current_trio_token()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised below, in the task that waits
            errors.append(error)
        token.run_sync_soon(done.set)

    thread = threading.Thread(target=run, name="muserlab vm", daemon=True)
    thread.start()
    with trio.CancelScope(shield=True):
        await done.wait()
    thread.join()
    await trio.lowlevel.checkpoint_if_cancelled()
    if errors:
        raise errors[0]
    return results[0]
