"""When a connection stays awake, and when it makes way: with calls that are only counted."""

import os
import socket
from collections.abc import Callable, Iterator

import pytest
import trio

from muserlab.proto import Outbox
from muserlab.server import spin
from muserlab.server.calls import Calls
from muserlab.server.spin import SOON, Spin

JUST_NOW = SOON / 2


class Counted(Calls):
    """Calls that receive what a test says, in turn, and say what was asked of them."""

    def __init__(self, sock: socket.socket, *counts: int) -> None:
        super().__init__(sock, Outbox())
        self.log: list[str] = []
        self._counts = iter(counts)

    def receive(self) -> int:
        self.log.append("receive")
        return next(self._counts)

    def share_cpu(self, shared: bool) -> None:
        self.log.append("shared" if shared else "own")


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours


@pytest.fixture
def cpus(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[int]], None]:
    """Let both processes have these CPUs, and staying awake last for as long as it takes."""
    monkeypatch.setattr(spin, "SPIN", 60.0)
    return lambda cpus: monkeypatch.setattr(os, "sched_getaffinity", lambda pid: cpus)


def received(calls: Counted) -> int:
    async def main() -> int:
        awake = Spin(calls)
        awake.slept(JUST_NOW)
        return await awake.receive()

    return trio.run(main)


def test_server_with_a_cpu_of_its_own_keeps_it_while_it_tries_again(
    sock: socket.socket, cpus: Callable[[set[int]], None]
) -> None:
    """Else a cell that waits for the interpreter's lock would be given the CPU, for nothing."""
    cpus({0, 1})
    calls = Counted(sock, 0, 0, 0, 32)
    assert received(calls) == 32
    assert calls.log == ["own", *["receive"] * 4]


def test_server_on_the_only_cpu_does_not_try_again(
    sock: socket.socket, cpus: Callable[[set[int]], None]
) -> None:
    cpus({0})
    calls = Counted(sock)
    assert received(calls) == 0
    assert calls.log == ["shared"]


def test_no_more_than_a_moment_is_spent_awake(
    sock: socket.socket, cpus: Callable[[set[int]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    cpus({0, 1})
    monkeypatch.setattr(spin, "SPIN", 0.0)
    calls = Counted(sock, 0, 32)
    assert received(calls) == 0
    assert calls.log == ["own", "receive"]


@pytest.mark.parametrize("slept", [(), (SOON,), (JUST_NOW, SOON)])
def test_after_a_long_sleep_nothing_is_tried(
    sock: socket.socket, cpus: Callable[[set[int]], None], slept: tuple[float, ...]
) -> None:
    cpus({0, 1})
    calls = Counted(sock)

    async def main() -> None:
        lately = Spin(calls)
        for seconds in slept:
            lately.slept(seconds)
        assert await lately.receive() == 0

    trio.run(main)
    assert "receive" not in calls.log


def test_while_two_stay_awake_each_lets_the_other_run(
    sock: socket.socket, cpus: Callable[[set[int]], None]
) -> None:
    """Whichever of two tasks comes first, neither tries twice before the other has tried."""
    cpus({0, 1})
    turns: list[Spin] = []

    class Noted(Counted):
        def receive(self) -> int:
            turns.append(both[self])
            return super().receive()

    both: dict[Calls, Spin] = {}

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(2):
                calls = Noted(sock, 0, 0, 0, 32)
                both[calls] = awake = Spin(calls)
                awake.slept(JUST_NOW)
            for awake in both.values():
                nursery.start_soon(awake.receive)

    trio.run(main)
    assert len(turns) == 8
    assert all(len(set(turns[at : at + 2])) == 2 for at in range(0, 8, 2))
