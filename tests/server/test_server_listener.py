import errno
import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trio
import trio.testing

from muserlab.device import PCIDevice
from muserlab.proto import DmaFlags, DmaMap, RegionData, RegionRead, RegionWrite, Request, Version
from muserlab.server import Session, SocketInUse, listener, serve

from .conftest import Bar, BigBar
from .peer import dial, run, serving


def test_server_tells_its_path_and_its_client(device: PCIDevice, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            assert server.path == tmp_path / "s"
            assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
            assert server.client is None
            assert server.client_status is None
            with dial(server) as peer:
                await peer.greet()
                assert server.client is not None
                status = server.client_status
                assert status is not None
                assert str(status) == server.client
                assert status.since <= time.time()
                assert "transfers of 1024 KiB" in status.terms
                assert server.client.startswith(f"pid {os.getpid()} (")
                assert device.client == server.client
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert server.client is None
            assert device.client is None

    run(main)


def test_second_client_is_turned_away_with_a_line_that_names_the_first(
    device: PCIDevice, tmp_path: Path
) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as first, dial(server) as second:
                await first.greet()
                assert await second.at_end()
                assert (await first.ask(RegionRead(0, 0, 4))).errno is None

    run(main)
    (line,) = (line for line in log if "turned away" in line)
    pid = os.getpid()
    assert re.match(
        rf"adder: pid {pid} \(.*\) was turned away: pid {pid} \(.*\) is connected", line
    )


def connected_by_a_process_that_ended(path: Path) -> socket.socket:
    """Return a client's socket that outlives the process that connected it."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    script = f"import socket; socket.socket(fileno={sock.fileno()}).connect({str(path)!r})"
    subprocess.run([sys.executable, "-c", script], pass_fds=[sock.fileno()], check=True)
    return sock


def test_newcomer_waits_until_the_client_of_an_ended_process_hangs_up(
    device: PCIDevice, tmp_path: Path
) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with connected_by_a_process_that_ended(server.path):
                await trio.testing.wait_all_tasks_blocked()
                assert server.client is not None
                assert server.occupant is None
                newcomer = dial(server)
                await trio.testing.wait_all_tasks_blocked()
                assert not any("turned away" in line for line in log)
            with newcomer:
                await newcomer.greet()
                assert server.occupant == server.client

    run(main)


def test_newcomer_is_turned_away_where_an_ended_process_left_its_socket_to_another(
    device: PCIDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "LEAVING_LIMIT", 0.0)

    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            with connected_by_a_process_that_ended(server.path), dial(server) as newcomer:
                assert await newcomer.at_end()

    run(main)


def test_device_keeps_its_state_from_client_to_client(device: PCIDevice, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            for number in range(50):  # at once: the one before has left, even if it is not noticed
                with dial(server) as peer:
                    await peer.greet()
                    data = number.to_bytes(4, "little")
                    await peer.ask(RegionWrite(0x1000 + 4 * number, 0, data))
            with dial(server) as peer:
                await peer.greet()
                reply = await peer.ask(RegionRead(0x1000, 0, 200))
                assert isinstance(reply.body, RegionData)
                assert list(reply.body.data[::4]) == list(range(50))

    run(main)


def test_stopping_disconnects_the_client_and_leaves_nothing(
    no_leak: None, device: PCIDevice, tmp_path: Path
) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as peer:
                await peer.greet()
                fd = os.memfd_create("guest")
                os.ftruncate(fd, 0x1000)
                await peer.ask(DmaMap(DmaFlags.READ, 0, 0, 0x1000), fd)
                os.close(fd)
                await server.stop()
                assert await peer.at_end()
                assert device.client is None

    run(main)
    assert list(tmp_path.iterdir()) == []
    assert log[-1].endswith("disconnected: the server was stopped")


def test_path_in_use_is_refused_before_serving(device: PCIDevice, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []):
            with pytest.raises(SocketInUse):
                await serve(device, tmp_path / "s", log=print)

    run(main)


def test_suspended_server_holds_a_client_that_comes_meanwhile(
    device: PCIDevice, tmp_path: Path
) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            async with trio.open_nursery() as nursery, server.suspended():
                peer = dial(server)
                nursery.start_soon(peer.greet)
                await trio.testing.wait_all_tasks_blocked(0.01)
                assert device.client is None
            assert device.client is not None
            peer.socket.close()

    run(main)


def test_full_table_of_descriptors_is_waited_out(
    device: PCIDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    accept = socket.socket.accept
    failures = [OSError(errno.EMFILE, "Too many open files")]

    def overloaded(self: socket.socket) -> object:
        if failures:
            raise failures.pop()
        return accept(self)

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            monkeypatch.setattr(socket.socket, "accept", overloaded)
            with dial(server) as peer:
                await peer.greet()

    run(main)
    assert "adder: cannot take a connection now: [Errno 24] Too many open files" in log


def test_new_definition_takes_over_under_the_client(device: PCIDevice, tmp_path: Path) -> None:
    successor = PCIDevice(
        "adder", id=(0x1234, 0x0001), bar0=Bar, bar2=BigBar, msi=4, msix=2, intx=True
    )

    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            with dial(server) as peer:
                await peer.greet()
                await peer.ask(RegionWrite(0, 0, b"\5\0\0\0"))
                messenger = device.dma.messenger
                async with server.suspended():
                    successor.adopt(device)
                    server.adopt(successor)
                assert successor.dma.messenger is messenger
                reply = await peer.ask(RegionRead(0, 0, 4))
                assert isinstance(reply.body, RegionData)
                assert reply.body.data == b"\5\0\0\0"
                assert successor.trace.select(kind="read")
            await trio.testing.wait_all_tasks_blocked()
            assert successor.client is None

    run(main)


def test_fault_of_ours_costs_one_connection_and_not_the_server(
    device: PCIDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []

    def broken(self: Session, request: Request) -> None:
        raise ZeroDivisionError("oops")

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as peer, monkeypatch.context() as patch:
                patch.setattr(Session, "step", broken)
                await peer.send(Version())
                assert await peer.at_end()
            with dial(server) as peer:
                await peer.greet()

    run(main)
    assert any("the server failed" in line and "ZeroDivisionError: oops" in line for line in log)
