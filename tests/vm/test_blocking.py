"""Blocking work leaves no thread behind."""

import threading

import pytest
import trio

from muserlab.vm.blocking import in_thread


def test_work_is_done_on_a_thread_that_is_gone_afterwards() -> None:
    before = threading.enumerate()
    worker = trio.run(in_thread, threading.current_thread)
    assert worker is not threading.current_thread()
    assert not worker.is_alive()
    assert threading.enumerate() == before


def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise KeyError("this")

    with pytest.raises(KeyError, match="this"):
        trio.run(in_thread, work)


def test_a_cancelled_wait_still_waits_for_the_thread() -> None:
    ended = threading.Event()

    async def main() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await in_thread(ended.set)
        assert scope.cancelled_caught
        assert ended.is_set()

    trio.run(main)
