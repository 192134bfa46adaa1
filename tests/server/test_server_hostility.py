"""Clients and hooks that mean harm: what they cost stays theirs, and small."""

import asyncio
import errno
import os
import resource
import socket
import struct
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from muserlab.device import PCIDevice
from muserlab.proto import (
    NO_FDS,
    Capabilities,
    Command,
    Connection,
    DmaData,
    DmaFlags,
    DmaMap,
    Fds,
    IrqSetFlags,
    RegionRead,
    RegionWrite,
    Request,
    Role,
    SetIrqs,
    TwinSocket,
    Version,
)
from muserlab.server import Answer, Server, Session
from muserlab.server.connection import MAX_HELD_FDS
from muserlab.server.turn import Turn

from .conftest import Steps
from .peer import Peer, Scene, dial, open_fds, run, serving

CTRL = 0x08
WITH_TWIN = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True))
EVENTFDS = IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER


@pytest.fixture
def scene(device: PCIDevice, tmp_path: Path) -> Scene:
    return Scene(device, tmp_path / "s")


@asynccontextmanager
async def with_twin(server: Server) -> AsyncGenerator[tuple[Peer, Peer]]:
    """Connect with a twin socket, and give both."""
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(os.fspath(server.path))
    with Peer(sock, Connection(Role.CLIENT, WITH_TWIN)) as peer:
        hello = await peer.greet()
        with Peer(socket.socket(fileno=hello.fds.take(0)), peer.connection.twin()) as twin:
            yield peer, twin


# Descriptors


def test_request_on_the_twin_socket_ends_the_connection_and_its_fds_are_closed(
    no_leak: None, scene: Scene
) -> None:
    async def main() -> None:
        async with (
            serving(scene.device, scene.path, scene.log) as server,
            with_twin(server) as (peer, twin),
        ):
            forged = Connection(Role.CLIENT).request(Version()).data
            await twin.send_bytes(forged, (0, 0, 0))
            assert await peer.at_end()

    run(main)
    assert scene.log[-1].endswith("the client made a request on the twin socket")


def test_fds_of_half_a_message_on_the_twin_socket_are_closed_with_the_connection(
    no_leak: None, scene: Scene
) -> None:
    async def main() -> None:
        async with (
            serving(scene.device, scene.path, scene.log) as server,
            with_twin(server) as (_, twin),
        ):
            await twin.send_bytes(b"\0", (0, 0, 0))
            await trio.testing.wait_all_tasks_blocked()

    run(main)


def test_fds_that_come_with_dma_data_are_closed_at_once(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        await peer.ask(DmaMap(DmaFlags.READ, 0, 0x1000, 0x1000))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(scene.device.dma.aread, 0x1000, 4)
            request = await peer.request()
            before = open_fds()
            data = peer.connection.reply(request, DmaData(0x1000, b"\1\2\3\4")).data
            await peer.send_bytes(data, (0, 0, 0))
        assert open_fds() == before

    scene.play(test)


def test_requests_that_wait_hold_few_fds(scene: Scene) -> None:
    async def test(peer: Peer, server: Server) -> None:
        event = os.eventfd(0)
        before = len(open_fds())
        async with server.suspended():
            for _ in range(50):
                await peer.send(SetIrqs(EVENTFDS, 3, 0, 1), *(event,) * 16)
                await trio.testing.wait_all_tasks_blocked()
            assert len(open_fds()) - before <= MAX_HELD_FDS + 16
        for _ in range(50):
            assert (await peer.reply()).errno == errno.EINVAL
        assert len(open_fds()) == before
        os.close(event)

    scene.play(test)


def test_memory_is_refused_where_its_fds_would_be_more_than_half_of_all(step: Steps) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    fds = [os.memfd_create("memory") for _ in range(2)]
    for fd in fds:
        os.ftruncate(fd, 0x1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * max(fds), limits[1]))
    try:
        few, many = (
            step(DmaMap(DmaFlags.READ, 0, fd << 12, 0x1000), Fds([fd])) for fd in sorted(fds)
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (few.errno, many.errno) == (None, errno.EMFILE)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(max(fds))
    step.session.close()


# Turns


def test_turn_begins_anew_when_the_others_had_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muserlab.server.turn.SECONDS", 1000)

    async def main() -> None:
        turn = Turn()
        turn.end = 0
        with trio.testing.assert_checkpoints():
            await turn.pass_on()
        assert turn.end > time.monotonic() + 900

    run(main)


class TaskSteps(trio.abc.Instrument):
    """Counts how often a task got its turn."""

    count = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.count += 1


@pytest.mark.parametrize("on_twin", [False, True])
def test_stream_of_pieces_lets_other_tasks_run(
    scene: Scene, on_twin: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muserlab.server.turn.SECONDS", -1)  # over as soon as it begins
    pieces = 100
    header = struct.pack("=HHIII", 0, Command.REGION_WRITE, 1 << 20, 0, 0)
    steps = TaskSteps()

    async def main() -> None:
        async with (
            serving(scene.device, scene.path, scene.log) as server,
            with_twin(server) as (peer, twin),
        ):
            with socket.socket(fileno=os.dup((twin if on_twin else peer).socket.fileno())) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
                sock.send(header)
                for _ in range(pieces):  # each with a descriptor, and so received by itself
                    socket.send_fds(sock, [b"\0"], [0])
            trio.lowlevel.add_instrument(steps)
            await trio.testing.wait_all_tasks_blocked()
            trio.lowlevel.remove_instrument(steps)
        assert steps.count >= pieces

    run(main)


# Hooks


ODD = [KeyboardInterrupt, GeneratorExit, SystemExit, asyncio.CancelledError]


def test_odd_exceptions_of_plain_hooks_are_faults_like_any_other(device: PCIDevice) -> None:
    raised: list[BaseException] = [kind() for kind in ODD]
    raised.append(BaseExceptionGroup("several", [KeyboardInterrupt()]))
    coming = iter(raised)
    answers: list[object] = []

    @device.bar0.CTRL.on_read
    def fail(dev: PCIDevice, value: int) -> int:
        raise next(coming)

    def off_the_main_thread() -> None:
        session = Session(device)
        session.step(Request(0, Version(), False, NO_FDS))
        read = Request(1, RegionRead(CTRL, 0, 4), False, NO_FDS)
        answers.extend(session.step(read) for _ in raised)

    thread = threading.Thread(target=off_the_main_thread)
    thread.start()
    thread.join()
    assert all(isinstance(answer, Answer) for answer in answers)
    assert len(answers) == len(raised)


def test_ctrl_c_in_a_hook_on_the_main_thread_is_nobodys_fault(
    device: PCIDevice, step: Steps
) -> None:
    @device.bar0.CTRL.on_read
    def interrupted(dev: PCIDevice, value: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step(RegionRead(CTRL, 0, 4))


@pytest.mark.parametrize("kind", [GeneratorExit, SystemExit])
def test_odd_exceptions_of_async_hooks_are_answered(
    device: PCIDevice, scene: Scene, kind: type[BaseException]
) -> None:
    @device.bar0.CTRL.on_write
    async def fail(dev: PCIDevice, new: int, old: int) -> None:
        raise kind

    async def test(peer: Peer, server: Server) -> None:
        await peer.ask(RegionWrite(CTRL, 0, bytes(4)))
        assert (await peer.ask(RegionRead(CTRL, 0, 4))).errno is None

    scene.play(test)


def test_cancellation_that_nobody_asked_for_costs_one_connection(
    device: PCIDevice, scene: Scene
) -> None:
    @device.bar0.CTRL.on_write
    async def fail(dev: PCIDevice, new: int, old: int) -> None:
        raise asyncio.CancelledError

    async def test(peer: Peer, server: Server) -> None:
        await peer.send(RegionWrite(CTRL, 0, bytes(4)))
        assert await peer.at_end()
        with dial(server) as other:
            await other.greet()
            assert (await other.ask(RegionRead(0, 0, 4))).errno is None

    scene.play(test)
    assert any("the server failed" in line for line in scene.log)


# Names


def test_process_name_with_control_characters_is_told_without_them(scene: Scene) -> None:
    comm = Path("/proc/self/comm")
    name = comm.read_text().strip()
    comm.write_text("\x1b[31mroot\n")

    async def test(peer: Peer, server: Server) -> None:
        assert server.client == f"pid {os.getpid()} ('\\x1b[31mroot')"

    try:
        scene.play(test)
    finally:
        comm.write_text(name)
    assert all(line.isprintable() for line in scene.log)
