import errno
import fcntl
import mmap
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from muserlab.device import DmaError, Messenger, PCIDevice
from muserlab.proto import (
    Capabilities,
    Connection,
    DmaData,
    DmaFlags,
    DmaMap,
    DmaRead,
    DmaUnmap,
    DmaWrite,
    DmaWritten,
    GetDeviceInfo,
    GetRegionInfo,
    RegionData,
    RegionInfo,
    RegionRead,
    RegionWrite,
    Reply,
    Reset,
    Role,
    TwinSocket,
    Version,
)
from muserlab.server import Server

from .peer import Peer, Scene, dial, open_fds, run, serving

A, CTRL = 0x00, 0x08
ALL_FLAGS = DmaFlags.READ | DmaFlags.WRITE


@pytest.fixture
def scene(device: PCIDevice, tmp_path: Path) -> Scene:
    return Scene(device, tmp_path / "s")


def value(reply: Reply) -> int:
    assert isinstance(reply.body, RegionData), reply
    return int.from_bytes(reply.body.data, "little")


# Plain accesses


def test_pipelined_requests_are_answered_in_order(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        messages = [
            peer.connection.request(RegionRead(offset, 0, 4)) for offset in range(0, 400, 4)
        ]
        await peer.send_bytes(b"".join(message.data for message in messages))
        for message in messages:
            assert (await peer.reply()).message_id == message.message_id

    scene.play(test)


def test_message_that_comes_byte_by_byte_is_answered(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        for byte in peer.connection.request(RegionRead(A, 0, 4)).data:
            await peer.send_bytes(bytes([byte]))
            await trio.testing.wait_all_tasks_blocked()
        assert value(await peer.reply()) == 0

    scene.play(test)


def test_posted_writes_are_made_before_the_read_behind_them_and_not_answered(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        for number in range(1000):
            await peer.send(RegionWrite(A, 0, number.to_bytes(4, "little")), posted=True)
        await peer.send(RegionWrite(0x9999, 0, b"x"), posted=True)
        assert value(await peer.ask(RegionRead(A, 0, 4))) == 999

    scene.play(test)
    assert any("REGION_WRITE refused with EINVAL" in line for line in scene.log)


def test_transfers_of_one_mebibyte_come_through_unharmed(scene: Scene) -> None:
    data = os.urandom(1 << 20)

    async def test(peer: Peer, server: Server) -> None:
        assert (await peer.ask(RegionWrite(0x80000, 2, data))).errno is None
        reply = await peer.ask(RegionRead(0x80000, 2, 1 << 20))
        assert isinstance(reply.body, RegionData)
        assert reply.body.data == data

    scene.play(test)


def test_client_that_reads_nothing_holds_up_itself_alone_and_gets_all_in_the_end(
    scene: Scene, device: PCIDevice
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        for _ in range(64):
            await peer.send(RegionRead(0, 2, 1 << 20))
        await trio.testing.wait_all_tasks_blocked()
        assert device.trace.accesses < 20  # what was not read was not done either
        for _ in range(64):
            reply = await peer.reply()
            assert isinstance(reply.body, RegionData)
            assert len(reply.body.data) == 1 << 20

    scene.play(test)


# Descriptors


def test_region_is_mapped_with_the_descriptor_that_comes(scene: Scene, device: PCIDevice) -> None:
    async def test(peer: Peer, server: Server) -> None:
        reply = await peer.ask(GetRegionInfo(1024, 0))
        assert isinstance(reply.body, RegionInfo)
        (fd,) = reply.fds.take_all()
        with mmap.mmap(fd, 0x1000, offset=reply.body.offset + 0x1000) as mapped:
            mapped[:4] = b"deed"
        os.close(fd)
        assert (await peer.ask(RegionRead(0x1000, 0, 4))).body == RegionData(0x1000, 0, b"deed")

    scene.play(test)


def test_descriptor_comes_only_with_the_areas(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        reply = await peer.ask(GetRegionInfo(32, 0))
        assert isinstance(reply.body, RegionInfo)
        assert len(reply.fds) == 0
        whole = await peer.ask(GetRegionInfo(reply.body.argsz, 0))
        assert len(whole.fds) == 1

    scene.play(test)


def test_descriptors_belong_to_the_message_that_brought_them_however_many_are_on_the_way(
    scene: Scene, device: PCIDevice
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        for number in range(40):
            fd = os.memfd_create("guest")
            os.ftruncate(fd, 0x1000)
            os.pwrite(fd, bytes([number]), 0)
            body = DmaMap(ALL_FLAGS, 0, number << 16, 0x1000)
            await peer.send(body, *([fd] if number % 2 else []))
            os.close(fd)
        for _ in range(40):
            assert (await peer.reply()).errno is None
        for number in range(1, 40, 2):
            assert device.dma.read(number << 16, 1) == bytes([number])

    scene.play(test)


def test_more_descriptors_than_agreed_are_refused_and_closed(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        before = open_fds()
        message = peer.connection.request(GetDeviceInfo(16))
        await peer.send_bytes(message.data, (peer.socket.fileno(),) * 17)
        assert (await peer.reply()).errno == errno.EINVAL
        assert open_fds() == before

    scene.play(test)


# Async hooks


def test_async_hook_delays_only_its_own_access(scene: Scene, device: PCIDevice) -> None:
    go_on = trio.Event()

    @device.bar0.CTRL.on_read
    async def slow(dev: PCIDevice, value: int) -> int:
        await go_on.wait()
        return 0x77

    async def test(peer: Peer, server: Server) -> None:
        slow_one = await peer.send(RegionRead(CTRL, 0, 4))
        assert value(await peer.ask(RegionRead(A, 0, 4))) == 0
        go_on.set()
        reply = await peer.reply()
        assert reply.message_id == slow_one
        assert value(reply) == 0x77

    scene.play(test)


def test_more_async_accesses_than_may_be_in_flight_are_all_served(
    scene: Scene, device: PCIDevice
) -> None:
    seen: list[int] = []

    @device.bar0.CTRL.on_write
    async def slow(dev: PCIDevice, new: int, old: int) -> None:
        await trio.sleep(0.001)
        seen.append(int(new))

    async def test(peer: Peer, server: Server) -> None:
        for number in range(3000):
            await peer.send(RegionWrite(CTRL, 0, number.to_bytes(4, "little")), posted=True)
        await peer.ask(Reset())

    scene.play(test)
    assert sorted(seen) == list(range(3000))


def test_client_that_leaves_cancels_its_async_accesses(scene: Scene, device: PCIDevice) -> None:
    ended: list[str] = []

    @device.bar0.CTRL.on_read
    async def endless(dev: PCIDevice, value: int) -> int:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(dev.client or "disconnected")
        raise AssertionError

    async def test(peer: Peer, server: Server) -> None:
        await peer.send(RegionRead(CTRL, 0, 4))
        await trio.testing.wait_all_tasks_blocked()

    scene.play(test)
    assert ended
    assert ended != ["disconnected"]


# Coming to rest


@pytest.fixture
def gate(device: PCIDevice) -> trio.Event:
    """An event; reads of CTRL answer 1 once it is set."""
    event = trio.Event()

    @device.bar0.CTRL.on_read
    async def wait(dev: PCIDevice, value: int) -> int:
        await event.wait()
        return 1

    return event


@pytest.mark.parametrize("body", [DmaUnmap(24, 0, 0, 0x1000), Reset()])
def test_request_that_needs_rest_waits_and_what_is_behind_it_stays_behind(
    scene: Scene, gate: trio.Event, device: PCIDevice, body: DmaUnmap | Reset
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await peer.ask(DmaMap(ALL_FLAGS, 0, 0, 0x1000))
        slow = await peer.send(RegionRead(CTRL, 0, 4))
        barrier = await peer.send(body)
        behind = await peer.send(RegionRead(A, 0, 4))
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not device.trace.select(kind="read", where="bar0.A")
        gate.set()
        replies = [(await peer.reply()).message_id for _ in range(3)]
        assert replies == [slow, barrier, behind]

    scene.play(test)


def test_async_hook_that_does_not_end_is_cancelled_before_the_client_loses_patience(
    scene: Scene, gate: trio.Event, device: PCIDevice
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        start = trio.current_time()
        slow = await peer.send(RegionRead(CTRL, 0, 4))
        reset = await peer.send(Reset())
        cancelled = await peer.reply()
        assert (cancelled.message_id, cancelled.errno) == (slow, errno.EIO)
        done = await peer.reply()
        assert (done.message_id, done.errno) == (reset, None)
        assert 2.9 < trio.current_time() - start < 4

    scene.play(test, clock=trio.testing.MockClock(autojump_threshold=0))
    assert any(
        "REGION_READ was cancelled: DEVICE_RESET could not wait" in line for line in scene.log
    )
    assert device.trace.select(kind="fault")


@pytest.fixture
def mapped(device: PCIDevice) -> Callable[[Peer], Awaitable[None]]:
    async def share(peer: Peer) -> None:
        for address in (0x10000, 0x20000):
            fd = os.memfd_create("guest", os.MFD_ALLOW_SEALING)
            os.ftruncate(fd, 0x1000)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
            await peer.ask(DmaMap(ALL_FLAGS, 0, address, 0x1000), fd)
            os.close(fd)

    return share


def test_unmapping_waits_for_a_window_on_that_memory(
    scene: Scene, device: PCIDevice, mapped: Callable[[Peer], Awaitable[None]]
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await mapped(peer)
        with device.dma.window(0x10000, 0x1000):
            assert (await peer.ask(DmaUnmap(24, 0, 0x20000, 0x1000))).errno is None
            assert (await peer.ask(Reset())).errno is None
            number = await peer.send(DmaUnmap(24, 0, 0x10000, 0x1000))
            await trio.sleep(1)
            assert device.dma.regions
        reply = await peer.reply()
        assert (reply.message_id, reply.errno) == (number, None)

    scene.play(test, clock=trio.testing.MockClock(autojump_threshold=0))


def test_windows_that_stay_open_are_busy_in_time_however_many_requests_wait(
    scene: Scene, device: PCIDevice, mapped: Callable[[Peer], Awaitable[None]]
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await mapped(peer)
        with device.dma.window(0x10000, 0x1000), device.dma.window(0x20000, 0x1000):
            start = trio.current_time()
            for address in (0x10000, 0x20000):
                await peer.send(DmaUnmap(24, 0, address, 0x1000))
            assert [(await peer.reply()).errno for _ in range(2)] == [errno.EBUSY] * 2
            assert trio.current_time() - start < 4

    scene.play(test, clock=trio.testing.MockClock(autojump_threshold=0))


def test_suspended_device_serves_nothing_and_then_everything(
    scene: Scene, device: PCIDevice
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        async with server.suspended():
            for _ in range(100):
                await peer.send(RegionRead(A, 0, 4))
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert device.trace.accesses == 0
            device.bar0.A.poke(5)
        for _ in range(100):
            assert value(await peer.reply()) == 5

    scene.play(test)


def test_suspending_waits_for_async_hooks(scene: Scene, gate: trio.Event) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await peer.send(RegionRead(CTRL, 0, 4))
        await trio.testing.wait_all_tasks_blocked()
        async with trio.open_nursery() as nursery:
            entered = trio.Event()

            @nursery.start_soon
            async def patch() -> None:
                async with server.suspended():
                    entered.set()

            await trio.testing.wait_all_tasks_blocked(0.01)
            assert not entered.is_set()
            gate.set()
        assert value(await peer.reply()) == 1

    scene.play(test)


def test_flood_of_requests_while_suspended_is_not_read_beyond_a_limit(
    scene: Scene, device: PCIDevice
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        async with trio.open_nursery() as nursery, server.suspended():

            @nursery.start_soon
            async def flood() -> None:
                for _ in range(40):
                    await peer.send(RegionWrite(0, 2, bytes(1 << 20)), posted=True)

            await trio.testing.wait_all_tasks_blocked(0.05)
            assert device.trace.accesses == 0
            (child,) = nursery.child_tasks
            assert child.name.endswith("flood")  # it is stuck: the server took only some of it
        assert (await peer.ask(RegionRead(A, 0, 4))).errno is None

    scene.play(test)
    assert device.trace.accesses == 41


# DMA by messages


@pytest.fixture
def reader(device: PCIDevice) -> list[object]:
    """A device that reads 4 bytes of memory when CTRL is written; returns what it got."""
    got: list[object] = []

    @device.bar0.CTRL.on_write
    async def transfer(dev: PCIDevice, new: int, old: int) -> None:
        try:
            got.append(await dev.dma.aread(0x1000 + int(new), 4))
        except DmaError as error:
            got.append(error)

    return got


async def map_and_start(peer: Peer, offset: int = 0) -> None:
    await peer.ask(DmaMap(ALL_FLAGS, 0, 0x1000, 0x400000))
    await peer.send(RegionWrite(CTRL, 0, offset.to_bytes(4, "little")), posted=True)


def test_client_is_asked_for_memory_that_it_did_not_share(
    scene: Scene, reader: list[object]
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer, 0x10)
        request = await peer.request()
        assert request.body == DmaRead(0x1010, 4)
        # The client's own requests are served while we wait for its answer.
        assert value(await peer.ask(RegionRead(A, 0, 4))) == 0
        await peer.answer(request, DmaData(0x1010, b"data"))
        await peer.ask(Reset())

    scene.play(test)
    assert reader == [b"data"]


def test_answer_of_the_client_is_delivered_while_the_device_comes_to_rest(
    scene: Scene, reader: list[object]
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer)
        request = await peer.request()
        reset = await peer.send(Reset())
        await trio.testing.wait_all_tasks_blocked(0.01)
        await peer.answer(request, DmaData(0x1000, b"data"))
        assert (await peer.reply()).message_id == reset

    scene.play(test)
    assert reader == [b"data"]


def test_large_transfer_is_made_in_pieces_that_the_client_takes(
    scene: Scene, device: PCIDevice
) -> None:
    data = os.urandom((2 << 20) + 5)
    memory = bytearray(len(data))

    @device.bar0.CTRL.on_write
    async def transfer(dev: PCIDevice, new: int, old: int) -> None:
        await dev.dma.awrite(0x1000, data)
        dev.state.copy = await dev.dma.aread(0x1000, len(data))

    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer)
        for size in (1 << 20, 1 << 20, 5):
            request = await peer.request()
            assert isinstance(request.body, DmaWrite)
            assert len(request.body.data) == size
            at = request.body.address - 0x1000
            memory[at : at + size] = request.body.data
            await peer.answer(request, DmaWritten(request.body.address, size))
        for size in (1 << 20, 1 << 20, 5):
            request = await peer.request()
            assert isinstance(request.body, DmaRead)
            assert request.body.count == size
            at = request.body.address - 0x1000
            body = DmaData(request.body.address, bytes(memory[at : at + size]))
            await peer.answer(request, body)
        await peer.ask(Reset())

    scene.play(test)
    assert memory == data
    assert device.state.copy == data


def test_clients_refusal_is_an_error_with_its_number(scene: Scene, reader: list[object]) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer)
        await peer.refuse(await peer.request(), errno.ENODEV)
        await peer.ask(Reset())

    scene.play(test)
    (error,) = reader
    assert isinstance(error, DmaError)
    assert error.errno == errno.ENODEV
    assert "No such device" in str(error)


def test_client_that_answers_something_else_is_an_error(scene: Scene, reader: list[object]) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer)
        await peer.answer(await peer.request(), DmaData(0x1000, b"too much"))
        await peer.ask(Reset())

    scene.play(test)
    (error,) = reader
    assert isinstance(error, DmaError)
    assert error.errno == errno.EIO


def test_client_that_takes_no_data_is_not_asked(device: PCIDevice, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            with dial(server) as peer:
                offer = Capabilities(max_msg_fds=16, max_data_xfer_size=0)
                peer.connection = Connection(Role.CLIENT, offer)
                await peer.greet()
                messenger = device.dma.messenger
                assert messenger is not None
                with pytest.raises(DmaError, match="takes no data"):
                    await messenger.read(0x1000, 4)

    run(main)


def test_client_that_does_not_answer_is_a_timeout_and_its_late_answer_is_dropped(
    scene: Scene, reader: list[object]
) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await map_and_start(peer)
        request = await peer.request()
        await trio.sleep(4)
        await peer.answer(request, DmaData(0x1000, b"late"))
        assert value(await peer.ask(RegionRead(A, 0, 4))) == 0

    scene.play(test, clock=trio.testing.MockClock(autojump_threshold=0))
    (error,) = reader
    assert isinstance(error, DmaError)
    assert error.errno == errno.ETIMEDOUT


def test_transfer_that_the_client_could_not_answer_is_an_error_instead_of_a_deadlock(
    scene: Scene, device: PCIDevice
) -> None:
    errors: list[DmaError] = []

    @device.bar0.CTRL.on_read
    async def transfer(dev: PCIDevice, value: int) -> int:
        try:
            await dev.dma.aread(0x1000, 4)
        except DmaError as error:
            errors.append(error)
        return 3

    async def test(peer: Peer, server: Server) -> None:
        await peer.ask(DmaMap(ALL_FLAGS, 0, 0x1000, 0x1000))
        assert value(await peer.ask(RegionRead(CTRL, 0, 4))) == 3

    scene.play(test)
    assert errors[0].errno == errno.EDEADLK
    assert "REGION_READ" in str(errors[0])


def test_client_with_a_twin_socket_is_asked_there_even_while_it_waits(
    device: PCIDevice, tmp_path: Path
) -> None:
    @device.bar0.CTRL.on_read
    async def transfer(dev: PCIDevice, value: int) -> int:
        return int.from_bytes(await dev.dma.aread(0x1000, 4), "little")

    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            with dial(server) as peer:
                offer = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True))
                peer.connection = Connection(Role.CLIENT, offer)
                hello = await peer.greet()
                assert isinstance(hello.body, Version)
                assert hello.body.capabilities.twin_socket == TwinSocket(supported=True, fd_index=0)
                twin_socket = socket.socket(fileno=hello.fds.take(0))
                with Peer(twin_socket, peer.connection.twin()) as twin:
                    await peer.ask(DmaMap(ALL_FLAGS, 0, 0x1000, 0x1000))
                    number = await peer.send(RegionRead(CTRL, 0, 4))
                    request = await twin.request()
                    assert request.body == DmaRead(0x1000, 4)
                    await twin.answer(request, DmaData(0x1000, b"\1\2\3\4"))
                    reply = await peer.reply()
                    assert (reply.message_id, value(reply)) == (number, 0x04030201)
                assert await peer.at_end()  # the twin is gone, so the connection is

    run(main)


def test_transfer_fails_when_the_client_leaves_meanwhile(scene: Scene, device: PCIDevice) -> None:
    errors: list[DmaError] = []

    async def background(messenger: Messenger) -> None:
        try:
            await messenger.read(0x1000, 4)
        except DmaError as error:
            errors.append(error)

    async def main(peer: Peer, server: Server) -> None:
        messenger = device.dma.messenger
        assert messenger is not None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(background, messenger)
            await peer.request()
            peer.socket.close()
        assert errors[0].errno == errno.ENOTCONN
        await background(messenger)
        assert errors[1].errno == errno.ENOTCONN
        assert device.dma.messenger is None

    scene.play(main)
