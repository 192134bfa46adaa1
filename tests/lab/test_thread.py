"""Starting and stopping the trio thread."""

import os
import subprocess
import sys
import threading

import pytest
import trio

from muserlab.lab import LabStopped, LabStuck, PortalError
from muserlab.lab.switchinterval import ASKING, KEEPING, SwitchInterval
from muserlab.lab.thread import TrioThread

LIMIT = 10.0


def unexpected(error: BaseException) -> None:
    raise AssertionError("the loop ended by itself") from error


@pytest.mark.usefixtures("nothing_left")
def test_nothing_is_left_after_stop() -> None:
    thread = TrioThread("test", unexpected)
    thread.start()
    assert sys.getswitchinterval() <= KEEPING
    thread.stop()


@pytest.mark.usefixtures("nothing_left")
def test_starting_and_stopping_twice_is_the_same_as_once() -> None:
    thread = TrioThread("test", unexpected)
    thread.stop()
    for _ in range(2):
        thread.start()
        portal = thread.portal
        thread.start()
        assert thread.portal is portal
        thread.stop()
        thread.stop()
        assert not thread.running


def test_there_is_no_portal_before_start_and_after_stop() -> None:
    thread = TrioThread("test", unexpected)
    with pytest.raises(LabStopped, match="nothing is served"):
        _ = thread.portal
    thread.start()
    thread.stop()
    with pytest.raises(LabStopped):
        _ = thread.portal


@pytest.mark.usefixtures("nothing_left")
def test_work_that_waits_for_ever_is_cancelled_by_stop() -> None:
    thread = TrioThread("test", unexpected)
    thread.start()
    thread.portal.submit(trio.sleep_forever)
    thread.stop(LIMIT)


@pytest.mark.usefixtures("nothing_left")
def test_stop_says_where_the_thread_is_stuck_instead_of_hanging() -> None:
    thread = TrioThread("test", unexpected)
    thread.start()
    stuck, release = threading.Event(), threading.Event()

    async def never_returns() -> None:
        stuck.set()
        release.wait()

    thread.portal.submit(never_returns)
    assert stuck.wait(LIMIT)
    with pytest.raises(LabStuck, match=r"is in never_returns \(test_thread\.py:\d+\), wait"):
        thread.stop(timeout=0.01)
    release.set()
    thread.stop(LIMIT)


@pytest.mark.usefixtures("nothing_left")
def test_stop_says_where_a_task_keeps_the_thread_from_ending() -> None:
    thread = TrioThread("test", unexpected)
    thread.start()
    release = trio.Event()
    begun = threading.Event()

    async def shielded() -> None:
        with trio.CancelScope(shield=True):
            begun.set()
            await release.wait()

    thread.portal.submit(shielded)
    assert begun.wait(LIMIT)
    with pytest.raises(LabStuck, match="a task shields itself"):
        thread.stop(timeout=0.2)
    thread.portal.soon(release.set)
    thread.stop(LIMIT)


def test_the_trio_thread_cannot_stop_itself(thread: TrioThread) -> None:
    with pytest.raises(PortalError):
        thread.portal.call(thread.stop)


def test_a_loop_that_ends_by_itself_is_reported() -> None:
    crashes: list[BaseException] = []
    ended = threading.Event()

    def crashed(error: BaseException) -> None:
        crashes.append(error)
        ended.set()

    thread = TrioThread("test", crashed)
    thread.start()
    thread.portal.soon(lambda: 1 // 0)
    assert ended.wait(LIMIT)
    thread.stop(LIMIT)
    assert isinstance(crashes[0], trio.TrioInternalError)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_stop_does_nothing_in_a_forked_child(thread: TrioThread) -> None:
    child = os.fork()
    if child == 0:
        thread.stop()
        os._exit(42 if not thread.running else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert thread.running


def test_the_end_of_the_interpreter_cancels_what_runs() -> None:
    script = """
import trio
from muserlab.lab.thread import TrioThread

async def work():
    try:
        started.set()
        await trio.sleep_forever()
    finally:
        print("cleaned up")

import threading
started = threading.Event()
thread = TrioThread("test", print)
thread.start()
thread.portal.submit(work)
started.wait()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=LIMIT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "cleaned up\n", "")


def test_the_switch_interval_is_restored_after_the_last_holder() -> None:
    before = sys.getswitchinterval()
    interval = SwitchInterval()
    interval.lower()
    interval.lower()
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(ASKING)
    interval.restore()
    assert sys.getswitchinterval() == before


def test_the_trio_thread_asks_for_the_interpreter_early_and_keeps_it_longer() -> None:
    thread = TrioThread("test", unexpected)
    thread.start()
    try:
        assert thread.portal.call(sys.getswitchinterval) == pytest.approx(KEEPING)
    finally:
        thread.stop()


def test_a_switch_interval_that_is_low_enough_is_left_alone() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(ASKING / 2)
    low = sys.getswitchinterval()
    try:
        interval = SwitchInterval()
        interval.lower()
        assert sys.getswitchinterval() == pytest.approx(low, abs=1.1e-6)
        interval.restore()
        assert sys.getswitchinterval() == low
    finally:
        sys.setswitchinterval(before)
