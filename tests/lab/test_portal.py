"""Crossing into the trio thread from other threads."""

import asyncio
import contextvars
import os
import signal
import threading
from concurrent.futures import CancelledError
from typing import Never

import pytest
import trio

from muserlab.lab import LabStopped, Portal, PortalError
from muserlab.lab.thread import TrioThread

LIMIT = 10.0  # seconds; how long a broken test hangs


async def double(number: int) -> int:
    await trio.lowlevel.checkpoint()
    return 2 * number


async def fail() -> Never:
    await trio.lowlevel.checkpoint()
    raise LookupError("from the trio thread")


class Sleeper:
    """Work that never ends by itself, and tells when it began and was cancelled."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.cancelled = threading.Event()

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await trio.sleep_forever()
        except trio.Cancelled:
            self.cancelled.set()
            raise


def test_call_runs_a_function_on_the_trio_thread(portal: Portal) -> None:
    assert portal.call(threading.get_ident) != threading.get_ident()
    assert portal.call(lambda: portal.here)
    assert not portal.here


def test_call_raises_what_the_function_raises(portal: Portal) -> None:
    with pytest.raises(ZeroDivisionError):
        portal.call(lambda: 1 // 0)
    with pytest.raises(SystemExit):
        portal.call(exit)
    assert portal.call(lambda: "still there") == "still there"


def test_run_waits_for_an_async_function(portal: Portal) -> None:
    assert portal.run(double, 21) == 42
    with pytest.raises(LookupError, match="from the trio thread"):
        portal.run(fail)
    assert portal.run(double, 1) == 2


def test_submit_returns_at_once_and_the_result_comes_later(portal: Portal) -> None:
    gate = trio.Event()
    future = portal.submit(gate.wait)
    assert not future.done()
    portal.call(gate.set)
    assert future.result(LIMIT) is None


def test_cancelling_a_future_cancels_the_work(portal: Portal) -> None:
    work = Sleeper()
    future = portal.submit(work)
    assert work.begun.wait(LIMIT)
    assert future.cancel()
    assert work.cancelled.wait(LIMIT)
    with pytest.raises(CancelledError):
        future.result()


def test_an_interrupt_in_the_waiting_cell_cancels_the_work(portal: Portal) -> None:
    work = Sleeper()

    async def interrupted() -> None:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        await work()

    with pytest.raises(KeyboardInterrupt):
        portal.run(interrupted)
    assert work.cancelled.wait(LIMIT)
    assert portal.run(double, 1) == 2


def test_waiting_on_the_trio_thread_for_itself_is_refused(portal: Portal) -> None:
    async def wait_for(how: str) -> None:
        match how:
            case "call":
                portal.call(int)
            case "run":
                portal.run(double, 1)
            case _:
                portal.submit(double, 1).result()

    for how in ("call", "run", "submit"):
        with pytest.raises(PortalError, match="for ever"):
            portal.run(wait_for, how)


def test_a_future_can_be_awaited_on_the_trio_thread_itself(portal: Portal) -> None:
    async def main() -> int:
        return await portal.submit(double, 21)

    assert portal.run(main) == 42


def test_a_future_can_be_awaited_in_asyncio(portal: Portal) -> None:
    async def main() -> tuple[int, int]:
        return await asyncio.gather(portal.submit(double, 1), portal.submit(double, 2))

    assert list(asyncio.run(main())) == [2, 4]


def test_a_future_can_be_awaited_in_another_trio(portal: Portal) -> None:
    async def main() -> int:
        with pytest.raises(LookupError):
            await portal.submit(fail)
        return await portal.submit(double, 21)

    assert trio.run(main) == 42


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_cancelling_the_wait_cancels_the_work(portal: Portal, loop: str) -> None:
    work = Sleeper()

    async def in_trio() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await portal.submit(work)

    async def in_asyncio() -> None:
        task = asyncio.ensure_future(portal.submit(work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    if loop == "trio":
        trio.run(in_trio)
    else:
        asyncio.run(in_asyncio())
    assert work.cancelled.wait(LIMIT) or not work.begun.is_set()


def test_work_does_not_run_in_the_context_of_its_caller(portal: Portal) -> None:
    cell = contextvars.ContextVar("cell", default="none")
    cell.set("In[7]")

    async def seen() -> str:
        return cell.get()

    assert portal.call(cell.get) == "none"
    assert portal.run(seen) == "none"


def test_what_waits_when_the_thread_stops_is_told_so(thread: TrioThread) -> None:
    portal = thread.portal
    future = portal.submit(trio.sleep_forever)
    thread.stop()
    with pytest.raises(LabStopped):
        future.result(LIMIT)
    with pytest.raises(LabStopped):
        portal.call(int)
    portal.soon(lambda: None)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_is_refused_instead_of_waiting_for_ever(portal: Portal) -> None:
    child = os.fork()
    if child == 0:
        try:
            portal.call(int)
        except LabStopped:
            os._exit(42)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), GeneratorExit(), BaseExceptionGroup("", [SystemExit(3)])]
)
def test_odd_exceptions_of_work_are_raised_in_the_caller_and_end_nothing_else(
    portal: Portal, error: BaseException
) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        portal.run(fail)
    assert portal.call(lambda: "on it goes") == "on it goes"
