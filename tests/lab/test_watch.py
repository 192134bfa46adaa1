"""Noticing hooks that hang, without waiting for them."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
import trio

import muserlab as ml
from muserlab.lab import Lab, Reports
from muserlab.lab.thread import TrioThread
from muserlab.lab.watch import Watch

LIMIT = 10.0


class Clock:
    """A clock that goes a second on at each look."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def look(self, watch: Watch, times: int = 1) -> None:
        for _ in range(times):
            self.now += 1.0
            watch.look()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def watch(thread: TrioThread, reports: Reports, clock: Clock) -> Watch:
    return Watch(thread, lambda: (), reports, clock)


def told(reports: Reports) -> list[str]:
    return [str(report) for report in reports.recent]


@contextmanager
def stuck(thread: TrioThread) -> Generator[None]:
    """Keep the trio thread in a function for the length of a `with` block."""
    begun, release = threading.Event(), threading.Event()

    async def hangs() -> None:
        begun.set()
        release.wait(LIMIT)

    work = thread.portal.submit(hangs)
    assert begun.wait(LIMIT)
    yield
    release.set()
    work.result(LIMIT)


def test_a_thread_that_does_not_turn_is_told_once_with_what_keeps_it(
    watch: Watch, clock: Clock, reports: Reports, thread: TrioThread
) -> None:
    with stuck(thread):
        clock.look(watch, 2)
        assert (told(reports), watch.waits) == ([], ())
        clock.look(watch, 5)
        waits = watch.waits
    assert [line.partition(" for ")[2] for line in told(reports)] == ["2 s; clients wait for it"]
    assert told(reports)[0].startswith("the trio thread has been in hangs (test_watch.py:")
    assert [line.partition(" for ")[2] for line in waits] == ["6 s; clients wait for it"]
    thread.portal.call(int)
    assert watch.waits == ()


def test_a_thread_that_hangs_again_is_told_again(
    watch: Watch, clock: Clock, reports: Reports, thread: TrioThread
) -> None:
    for _ in range(2):
        with stuck(thread):
            clock.look(watch, 3)
        thread.portal.call(int)
    assert len(told(reports)) == 2


def test_looks_that_come_early_count_for_nothing(
    watch: Watch, clock: Clock, reports: Reports, thread: TrioThread
) -> None:
    with stuck(thread):
        clock.look(watch)
        for _ in range(10):
            watch.look()
    assert told(reports) == []


def test_a_stopped_lab_is_looked_at_in_peace(
    watch: Watch, clock: Clock, reports: Reports, thread: TrioThread
) -> None:
    thread.stop()
    clock.look(watch, 5)
    assert told(reports) == []


class Slow(ml.BAR, size=4096):
    """A register to wait for."""

    A = ml.RO(0)


def test_an_access_that_takes_long_is_told_once_and_shown_until_it_ends(
    lab: Lab, clock: Clock, reports: Reports
) -> None:
    dev: Any = ml.PCIDevice("slow", id=(0x1234, 2), bar0=Slow)
    lab.serve(dev)
    begun = threading.Event()
    done = lab.portal.call(trio.Event)

    async def patient(dev: Any, value: Any) -> int:
        begun.set()
        await done.wait()
        return 7

    dev.bar0.A.on_read(patient)
    answers: list[int] = []

    def read() -> None:
        with lab.connect() as drv:
            answers.append(drv.bar0.A.read())

    (served,) = lab._all()
    watch = Watch(lab._thread, lambda: [served], reports, clock)
    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(LIMIT)
    clock.look(watch, 5)
    (line,) = told(reports)
    assert line.startswith("slow: a read of bar0.A has waited ")
    assert " s for patient (test_watch.py:" in line
    assert f"under way: {lab.status().waits[0]}" in str(lab.status())
    assert lab.status().waits[0].startswith("slow: a read of bar0.A has waited ")
    lab.portal.soon(done.set)
    reader.join(LIMIT)
    assert answers == [7]
    assert lab.status().waits == ()
