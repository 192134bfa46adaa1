"""An access waits as long as its client bears it, and people are told before that ends."""

from collections.abc import Generator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import trio
import trio.testing

from muserlab.device import RETRY, Access, Pending, Verdict
from muserlab.lab import PauseError
from muserlab.lab.holds import Holds
from muserlab.live import Failure

ACCESS = Access("bar0", "bar0.CTRL", 8, 4, b"\1\0\0\0")
BREAK = Pending(ACCESS, "breakpoint at bar0.CTRL", 1, 0)
FAULT = Pending(ACCESS, "it raised", 1, 0, Failure("CTRL.on_write", None, KeyError()))  # type: ignore[arg-type]


class Scene:
    """Holds of one device, whose client gives up after five seconds."""

    def __init__(self, patience: float | None) -> None:
        self.said: list[str] = []
        self.depth = 0
        server: Any = SimpleNamespace(client="pid 7 (qemu)", holding=self.holding)
        portal: Any = SimpleNamespace(call=lambda fn, *args: fn(*args), here=False)
        self.holds = Holds(
            "adder", portal, server=lambda: server, patience=lambda: patience, say=self.said.append
        )

    @contextmanager
    def holding(self) -> Generator[None]:
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1


async def held(scene: Scene, pending: Pending, verdicts: list[Verdict]) -> None:
    verdicts.append(await scene.holds.hold(pending))


def play(test: Any, patience: float | None = 5.0) -> None:
    scene = Scene(patience)
    verdicts: list[Verdict] = []

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(held, scene, test.pending, verdicts)
            await trio.testing.wait_all_tasks_blocked()
            await test(scene, verdicts)
            nursery.cancel_scope.cancel()
        assert (scene.holds.paused, scene.depth) == ((), 0)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def of(pending: Pending) -> Any:
    def mark(test: Any) -> Any:
        test.pending = pending
        return test

    return mark


def test_it_goes_on_when_a_person_says_so_and_only_once() -> None:
    @of(FAULT)
    async def test(scene: Scene, verdicts: list[Verdict]) -> None:
        (paused,) = scene.holds.paused
        assert scene.depth == 1
        assert (paused.new, paused.old, paused.client) == (1, 0, "pid 7 (qemu)")
        assert "write of 0x00000001 to bar0.CTRL at 0x8, from pid 7 (qemu)" in repr(paused)
        paused.retry()
        assert repr(paused) == f"<adder: {ACCESS}, retried>"
        with pytest.raises(PauseError, match="waits no more: retried"):
            paused.resume()
        await trio.testing.wait_all_tasks_blocked()
        assert verdicts == [RETRY]

    play(test)


@pytest.mark.parametrize("pending", [BREAK, FAULT])
def test_people_are_warned_and_then_it_goes_on_by_itself(pending: Pending) -> None:
    @of(pending)
    async def test(scene: Scene, verdicts: list[Verdict]) -> None:
        (paused,) = scene.holds.paused
        await trio.sleep(2.6)
        assert len(scene.said) == 2
        assert "gives up after 5 s without an answer: decide within 2.0 s" in scene.said[1]
        await trio.sleep(1.8)
        assert not paused.over
        await trio.sleep(0.2)
        assert "as nobody had decided in time" in scene.said[2]
        (verdict,) = verdicts
        assert verdict.what == ("resume" if pending is BREAK else "fail")

    play(test)


def test_a_client_that_waits_for_ever_is_let_wait() -> None:
    @of(BREAK)
    async def test(scene: Scene, verdicts: list[Verdict]) -> None:
        await trio.sleep(10_000)
        (paused,) = scene.holds.paused
        assert paused.seconds_left is None
        paused.fail(19)
        await trio.testing.wait_all_tasks_blocked()
        assert verdicts == [Verdict("fail", errno=19)]

    play(test, patience=None)


def test_one_whose_client_leaves_is_over() -> None:
    left: list[Any] = []

    @of(BREAK)
    async def test(scene: Scene, verdicts: list[Verdict]) -> None:
        left.extend(scene.holds.paused)

    play(test)
    with pytest.raises(PauseError, match="its client left"):
        left[0].resume()
