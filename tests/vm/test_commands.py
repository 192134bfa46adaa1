import math
from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing

from muserlab.vm import CommandTimeout, GuestGone, GuestPanic
from muserlab.vm.commands import Commands


class FakeAgent:
    """The guest's side of the connection: reads requests, writes lines."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._received = b""

    async def says(self, *lines: str) -> None:
        await self._stream.send_all("".join(f"{line}\n" for line in lines).encode())

    async def hears(self, word: str) -> str:
        """Wait for a request that begins with a word, and return its command's id."""
        while True:
            for line in self._received.splitlines():
                if line.startswith(word.encode() + b" "):
                    self._received = b""
                    return line.split()[1].decode()
            self._received += await self._stream.receive_some()

    async def hang_up(self) -> None:
        await self._stream.aclose()


Body = Callable[[Commands, FakeAgent], Awaitable[None]]


def converse(body: Body, *, up: bool = True) -> None:
    """Run a test with both sides, on a clock that jumps to whatever is waited for."""

    async def main() -> None:
        ours, its = trio.socket.socketpair()
        commands, agent = Commands(trio.SocketStream(ours)), FakeAgent(trio.SocketStream(its))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(commands.listen)
            nursery.start_soon(commands.speak)
            if up:
                await agent.says("ready boot-1")
                await commands.until_up(math.inf)
            await body(commands, agent)
            nursery.cancel_scope.cancel()
        ours.close()
        its.close()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0.05))


def test_a_command_is_answered() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        async def answer() -> None:
            command_id = await agent.hears("run")
            await agent.says(f"out {command_id} aGVsbG8=", f"done {command_id} 4")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer)
            result = await commands.run("greet", math.inf, b"")
        assert (result.command, result.status, result.stdout) == ("greet", 4, b"hello")

    converse(body)


def test_before_the_agent_has_spoken_nothing_is_run() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        with pytest.raises(GuestGone, match="not booted yet"):
            await commands.run("early", math.inf, b"")
        with pytest.raises(trio.TooSlowError):
            await commands.until_up(10)

    converse(body, up=False)


def test_a_command_out_of_time_is_killed_and_its_last_words_are_told() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        async def be_killed() -> None:
            command_id = await agent.hears("kill")
            await agent.says(f"err {command_id} c3R1Y2s=", f"done {command_id} 137")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(be_killed)
            with pytest.raises(CommandTimeout, match=r"after 5 s and was killed.*: stuck"):
                await commands.run("slow", 5, b"")

    converse(body)


def test_a_guest_that_does_not_even_kill_is_told() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        with pytest.raises(CommandTimeout, match="it may hang"):
            await commands.run("slow", 5, b"")

    converse(body)


def test_a_cancelled_command_is_killed() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        with trio.move_on_after(1):
            await commands.run("slow", math.inf, b"")
        await agent.hears("kill")

    converse(body)


@pytest.mark.parametrize("kind", [GuestGone, GuestPanic])
def test_a_loss_fails_what_runs_and_what_comes(kind: type[GuestGone]) -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        async def lose() -> None:
            await agent.hears("run")
            commands.lose(kind, "why")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(lose)
            for _ in range(2):
                with pytest.raises(kind, match="why"):
                    await commands.run("x", math.inf, b"")
        with pytest.raises(kind, match="why"):
            await commands.until_up(math.inf)

    converse(body)


def test_after_a_restart_commands_run_again() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        commands.expect_restart("the guest was reset")
        with pytest.raises(GuestGone, match="was reset"):
            await commands.run("x", math.inf, b"")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(agent.says, "", "ready boot-2")
            await commands.until_up(math.inf)

            async def answer() -> None:
                await agent.says(f"done {await agent.hears('run')} 0")

            nursery.start_soon(answer)
            assert (await commands.run("x", math.inf, b"")).status == 0

    converse(body)


def test_an_agent_that_floods_is_not_listened_to() -> None:
    async def body(commands: Commands, agent: FakeAgent) -> None:
        async def flood() -> None:
            await agent.hears("run")
            await agent.says("x" * 200_000)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(flood)
            with pytest.raises(GuestGone, match="a line longer than"):
                await commands.run("x", math.inf, b"")

    converse(body)
