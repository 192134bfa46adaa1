"""The asynchronous driver, on trio, against a scripted server."""

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import trio

from muserlab.client import AsyncDriver, ClientError, ServerGone, ServerTimeout, open_driver
from muserlab.proto import (
    Capabilities,
    Command,
    DmaWrite,
    Empty,
    IrqInfo,
    IrqInfoFlags,
    RegionData,
    RegionRead,
    TwinSocket,
)

from .scripted import Answer, Scripted


def test_accesses_registers_and_reset_work_as_in_the_synchronous_driver(
    either_server: Scripted,
) -> None:
    async def main() -> None:
        async with open_driver(either_server.start()) as drv:
            await drv.bar0.write(8, 0x1234)
            assert await drv.bar0.read(8) == 0x1234
            await drv.bar0.write(8, 1, 1, posted=True)
            assert await drv.bar0.read_bytes(8, 2) == b"\x01\x12"
            await drv.reset()
            assert await drv.request(RegionRead(8, 0, 1)) == RegionData(8, 0, b"\x01")
            assert repr(drv).startswith("<driver of a socket, connected\n  bar0 4 KiB rw")

    trio.run(main)


def test_many_tasks_ask_at_once_and_get_their_own_answers(server: Scripted) -> None:
    held: list[Any] = []

    def answer_backwards(request: Any) -> None:
        held.append(request)
        if len(held) == 8:
            for late in reversed(held):
                body = RegionData(late.body.offset, 0, bytes([late.body.offset]))
                server.reply(late, body)

    server.on[Command.REGION_READ] = answer_backwards

    async def main() -> None:
        found: dict[int, int] = {}

        async def read(drv: AsyncDriver, offset: int) -> None:
            found[offset] = await drv.bar0.read(offset, 1)

        async with open_driver(server.start()) as drv, trio.open_nursery() as nursery:
            for offset in range(8):
                nursery.start_soon(read, drv, offset)
        assert found == {offset: offset for offset in range(8)}

    trio.run(main)


def test_the_server_is_served_while_nobody_waits(either_server: Scripted) -> None:
    done = trio.Event()

    def copy_later(request: Any) -> None:
        either_server.reply(request, Empty())
        data = either_server.asking.dma_read(0x10_0000, 4)
        either_server.asking.ask(DmaWrite(0x10_0010, data))
        token.run_sync_soon(done.set)

    either_server.on[Command.DEVICE_RESET] = copy_later

    async def main() -> None:
        nonlocal token
        token = trio.lowlevel.current_trio_token()
        async with open_driver(either_server.start()) as drv:
            async with await drv.dma.offer(4096) as memory:
                memory.write(0, b"data")
                await drv.reset()
                await done.wait()
                assert memory.read(0x10, 4) == b"data"
            assert drv.dma.memories == ()

    token: trio.lowlevel.TrioToken
    trio.run(main)


def test_a_transfer_larger_than_any_socket_buffer_gets_through(server: Scripted) -> None:
    blob = os.urandom(1 << 20)
    server.on[Command.REGION_READ] = lambda request: RegionData(0, 0, blob)
    written: list[bytes] = []

    def remember(request: Any) -> Answer:
        written.append(request.body.data)
        return server.default(request)

    server.on[Command.REGION_WRITE] = remember

    async def main() -> None:
        async with open_driver(server.start()) as drv:
            assert await drv.bar0.read_bytes(0, len(blob)) == blob
            with pytest.raises(ClientError):
                await drv.bar0.write_bytes(0, blob)

    trio.run(main)
    assert written == [blob]


def test_interrupts_are_waited_for_beside_other_work(server: Scripted) -> None:
    server.irqs[2] = IrqInfo(2, IrqInfoFlags.EVENTFD, 20)

    async def main() -> None:
        counts: dict[int, int] = {}
        async with open_driver(server.start()) as drv:
            vectors = await drv.msix.enable(20)

            async def wait(number: int) -> None:
                counts[number] = await vectors[number].wait(None)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait, 0)
                nursery.start_soon(wait, 19)
                await drv.bar0.write(0, 1)
                os.eventfd_write(server.eventfds[19], 2)
                os.eventfd_write(server.eventfds[0], 1)
            assert counts == {0: 1, 19: 2}
            with pytest.raises(ServerTimeout):
                await vectors[1].wait(0)
            await drv.msix.disable()

    trio.run(main)


def test_the_servers_end_wakes_everybody(either_server: Scripted) -> None:
    async def main() -> None:
        async def expect_end(coroutine: Coroutine[Any, Any, object]) -> None:
            with pytest.raises(ServerGone):
                await coroutine

        either_server.on[Command.REGION_READ] = lambda request: None
        either_server.on[Command.DEVICE_RESET] = lambda request: either_server.main.leave()
        async with open_driver(either_server.start()) as drv:
            (vector,) = await drv.msi.enable()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(expect_end, vector.wait(None))
                nursery.start_soon(expect_end, drv.bar0.read(0))
                nursery.start_soon(expect_end, drv.reset())
            assert drv.closed

    trio.run(main)


def test_a_cancelled_request_leaves_the_driver_usable(server: Scripted) -> None:
    replies = iter([None, RegionData(0, 0, b"fine")])
    server.on[Command.REGION_READ] = lambda request: next(replies)

    async def main() -> None:
        async with open_driver(server.start()) as drv:
            with trio.move_on_after(0) as scope:
                await drv.bar0.read(0)
            assert scope.cancelled_caught
            assert await drv.bar0.read_bytes(0, 4) == b"fine"

    trio.run(main)


def test_what_the_block_raises_comes_out_as_it_is(server: Scripted) -> None:
    async def main() -> None:
        async with open_driver(server.start()):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        trio.run(main)


def test_a_block_that_is_cancelled_ends_the_connection(server: Scripted) -> None:
    async def main() -> None:
        drivers: list[AsyncDriver] = []
        with trio.CancelScope() as scope:
            async with open_driver(server.start()) as drv:
                drivers.append(drv)
                scope.cancel()
                await trio.sleep_forever()
        assert drivers[0].closed

    trio.run(main)


def test_closing_early_fails_later_requests(server: Scripted) -> None:
    async def main() -> None:
        async with open_driver(server.start()) as drv:
            drv.close()
            with pytest.raises(ServerGone, match="the driver is closed"):
                await drv.bar0.read(0)

    trio.run(main)


def test_a_refused_connection_raises_a_plain_error(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_driver(tmp_path / "nothing"):
            raise AssertionError("unreachable")

    with pytest.raises(ClientError, match="no such socket"):
        trio.run(main)


def test_a_twin_socket_is_not_used_where_the_driver_does_not_offer_it(
    twin_server: Scripted,
) -> None:
    async def main() -> None:
        offer = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=False))
        async with open_driver(twin_server.start(), offer=offer) as drv:
            assert not drv.twin_socket

    trio.run(main)
