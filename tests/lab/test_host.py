"""What a served device runs on: calls, tasks, timed work."""

import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from muserlab.device import PCIDevice
from muserlab.lab import Portal, Report, ReportKind, Reports
from muserlab.lab.held import Held
from muserlab.lab.holds import Holds
from muserlab.lab.host import TrioHost

LIMIT = 10.0


@pytest.fixture
def reports() -> Reports:
    return Reports()


@asynccontextmanager
async def nursery() -> AsyncGenerator[trio.Nursery]:
    async with trio.open_nursery() as tasks:
        yield tasks
        tasks.cancel_scope.cancel()


@pytest.fixture
def host(portal: Portal, reports: Reports) -> Iterator[TrioHost]:
    held = Held(portal, nursery())
    holds = Holds("adder", portal, server=None, patience=None, say=print)
    yield TrioHost(PCIDevice("adder", id=(0x1234, 1)), portal, held.value, reports, holds.hold)
    held.close()


def counter(limit: int) -> tuple[Callable[..., None], threading.Event]:
    """Return a function that counts its calls, and the event of the last one."""
    calls: list[tuple[Any, ...]] = []
    reached = threading.Event()

    def count(*args: Any) -> None:
        calls.append(args)
        if len(calls) == limit:
            reached.set()

    return count, reached


def test_run_calls_on_the_trio_thread_and_directly_if_already_there(
    host: TrioHost, portal: Portal
) -> None:
    def nested() -> int:
        return host.run(threading.get_ident)

    assert host.run(nested) == portal.call(threading.get_ident)


def test_a_spawned_task_runs_until_it_is_cancelled(host: TrioHost) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def work(event: threading.Event) -> None:
        event.set()
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    task = host.spawn(work, begun, name="blink")
    assert begun.wait(LIMIT)
    assert (repr(task), host.tasks) == ("<task blink, running>", (task,))
    task.cancel()
    assert ended.wait(LIMIT)
    host.run(int)
    task.cancel()
    assert (repr(task), host.tasks) == ("<task blink, done>", ())


def test_a_task_can_be_spawned_from_the_trio_thread(host: TrioHost) -> None:
    done = threading.Event()

    async def work() -> None:
        done.set()

    host.run(host.spawn, work)
    assert done.wait(LIMIT)


def test_after_calls_once(host: TrioHost) -> None:
    count, reached = counter(1)
    task = host.after(0, count, "x")
    assert reached.wait(LIMIT)
    host.run(int)
    assert task.done


def test_after_can_be_cancelled_before_its_time(host: TrioHost) -> None:
    count, reached = counter(1)
    task = host.after(3600, count)
    task.cancel()
    host.run(int)
    assert not reached.is_set()


def test_what_is_cancelled_in_the_turn_in_which_it_is_due_does_not_begin(host: TrioHost) -> None:
    ran: list[str] = []
    tasks: dict[str, Any] = {}
    over = threading.Event()

    def end_the_other(own: str, other: str) -> None:
        ran.append(own)
        tasks[other].cancel()

    def start() -> None:
        tasks["a"] = host.after(0, end_the_other, "a", "b")
        tasks["b"] = host.after(0, end_the_other, "b", "a")
        host.after(0.01, over.set)

    host.run(start)
    assert over.wait(LIMIT)
    assert len(ran) == 1


def test_every_calls_again_and_again(host: TrioHost) -> None:
    count, reached = counter(3)
    host.every(0.001, count)
    assert reached.wait(LIMIT)


def test_timed_functions_may_be_async(host: TrioHost) -> None:
    done = threading.Event()

    async def later() -> None:
        await trio.lowlevel.checkpoint()
        done.set()

    host.after(0, later)
    assert done.wait(LIMIT)


def test_a_task_that_raises_is_reported_once_and_repeats_all_the_same(
    host: TrioHost, reports: Reports
) -> None:
    count, reached = counter(3)

    def tick() -> None:
        count()
        raise LookupError("in the task")

    host.every(0.001, tick)
    assert reached.wait(LIMIT)
    (report,) = reports.recent
    assert report.kind is ReportKind.FAULT
    assert report.device == "adder"
    assert isinstance(report.error, LookupError)
    assert report.text.startswith("task tick v1 (test_host.py:")
    assert report.failure is not None
    assert report.failure.count >= 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BaseExceptionGroup("", [SystemExit(3)])])
def test_a_task_that_raises_what_ends_threads_ends_only_itself(
    host: TrioHost, portal: Portal, reports: Reports, error: BaseException
) -> None:
    async def fail() -> None:
        raise error

    async def ended() -> None:
        while host.tasks:
            await trio.lowlevel.checkpoint()

    host.spawn(fail)
    portal.submit(ended).result(LIMIT)
    assert [type(report.error) for report in reports.recent] == [type(error)]


def test_end_tasks_cancels_them_all(host: TrioHost, portal: Portal) -> None:
    async def ended() -> None:
        while not all(task.done for task in tasks):
            await trio.lowlevel.checkpoint()

    tasks = [host.spawn(trio.sleep_forever), host.every(3600, int)]
    host.end_tasks()
    portal.submit(ended).result(LIMIT)


def test_news_reach_the_caller_before_the_call_returns(host: TrioHost, reports: Reports) -> None:
    heard: list[Report] = []
    reports.attach(heard.append)
    host.announce("CTRL.on_write v2, from access 413")
    assert [str(report) for report in heard] == ["adder: CTRL.on_write v2, from access 413"]


def test_news_from_the_trio_thread_are_posted(host: TrioHost, reports: Reports) -> None:
    heard: list[Report] = []
    reports.attach(heard.append)
    host.run(host.announce, "hello")
    assert heard == []
    assert [report.text for report in reports.recent] == ["hello"]
