"""The wake-up fd that lets an interrupt reach a cell that awaits."""

import asyncio
import signal
import threading

from muserlab.kernel_ext.wakeup import UNUSED, WakeUp


def wakeup_fd() -> int:
    """Return the fd that signals write to, -1 where there is none."""
    fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(fd)
    return fd


def test_a_loop_is_woken_from_arming_to_disarming() -> None:
    wakeup = WakeUp()

    async def cells() -> None:
        assert wakeup_fd() == -1
        wakeup.arm()
        wakeup.arm()
        assert wakeup_fd() != -1
        wakeup.disarm()
        wakeup.disarm()
        assert wakeup_fd() == -1
        assert signal.getsignal(UNUSED) is signal.SIG_DFL

    asyncio.run(cells())


def test_it_waits_for_a_loop_and_lets_go_of_a_closed_one() -> None:
    wakeup = WakeUp()
    wakeup.arm()
    assert wakeup_fd() == -1

    async def cell() -> None:
        wakeup.arm()
        assert wakeup_fd() != -1

    asyncio.run(cell())
    wakeup.disarm()


def test_a_signal_that_is_in_use_is_left_alone() -> None:
    former = signal.signal(UNUSED, signal.SIG_IGN)
    try:

        async def cell() -> None:
            WakeUp().arm()

        asyncio.run(cell())
        assert signal.getsignal(UNUSED) is signal.SIG_IGN
    finally:
        signal.signal(UNUSED, former)


def test_another_thread_than_the_main_one_arms_nothing() -> None:
    wakeup = WakeUp()

    async def cell() -> None:
        wakeup.arm()

    thread = threading.Thread(target=lambda: asyncio.run(cell()))
    thread.start()
    thread.join()
    assert wakeup_fd() == -1
