"""Code that does not return is made to, and does not reach what is served."""

import _thread
import time
from typing import Any

import pytest
import trio
import trio.lowlevel

from muserlab.lab import LabStuck, Portal, PortalError
from muserlab.lab.isolation import Isolated, isolated

PATIENCE = 0.2


def test_a_result_comes_back_and_so_does_an_error() -> None:
    assert Isolated("test", lambda thread: isolated()).result(PATIENCE) is True
    assert not isolated()
    with pytest.raises(ZeroDivisionError):
        Isolated("test", lambda thread: 1 // 0).result(PATIENCE)


def test_what_goes_on_is_waited_for() -> None:
    def steady(thread: Isolated[str]) -> str:
        for _ in range(4):
            time.sleep(PATIENCE / 2)
            thread.reach("the next step")
        return "done"

    assert Isolated("test", steady).result(PATIENCE) == "done"


@pytest.mark.usefixtures("nothing_left")
def test_what_does_not_return_is_ended_and_told_of() -> None:
    def endless(thread: Isolated[None]) -> None:
        thread.reach("event 7")
        while True:
            pass

    thread = Isolated("test", endless)
    with pytest.raises(LabStuck, match=r"not got past event 7 within 0\.2 s, in endless \("):
        thread.result(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.usefixtures("nothing_left")
def test_even_what_catches_every_exception_ends() -> None:
    def stubborn(thread: Isolated[None]) -> None:
        caught = 0
        while caught < 3:
            try:
                while True:
                    pass
            except BaseException:  # noqa: BLE001 - what people write
                caught += 1

    thread = Isolated("test", stubborn)
    with pytest.raises(LabStuck):
        thread.result(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.usefixtures("nothing_left")
def test_a_loop_that_is_never_idle_is_ended() -> None:
    async def spin(thread: Isolated[None]) -> None:
        with trio.CancelScope() as scope:
            token = trio.lowlevel.current_trio_token()
            thread.stop = lambda: token.run_sync_soon(scope.cancel)
            while True:
                await trio.lowlevel.checkpoint()

    thread = Isolated[None]("test", lambda thread: trio.run(spin, thread))
    with pytest.raises(LabStuck, match="not got past the beginning"):
        thread.result(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.usefixtures("nothing_left")
def test_ctrl_c_ends_it() -> None:
    def endless(thread: Isolated[None]) -> None:
        _thread.interrupt_main()
        while True:
            thread.reach("another step")

    thread = Isolated("test", endless)
    with pytest.raises(KeyboardInterrupt):
        thread.result(PATIENCE)
    assert not thread.is_alive()


def test_the_portal_is_closed_to_it(portal: Portal) -> None:
    def reach(use: Any) -> Any:
        with pytest.raises(PortalError, match="nothing live is touched"):
            Isolated("test", lambda thread: use()).result(PATIENCE)

    reach(lambda: portal.call(print))
    reach(lambda: portal.run(trio.sleep, 0))
    reach(lambda: portal.submit(trio.sleep, 0))
    reach(lambda: portal.soon(print))
