"""Whatever a client sends: an answer or a closed connection, and the next client is served."""

import socket
import struct
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muserlab.device import PCIDevice
from muserlab.proto import Command, RegionRead

from .peer import dial, open_fds, run, serving


async def provoke(device: PCIDevice, path: Path, attack: bytes, *, greet: bool, fds: int) -> None:
    """Let a client send bytes and leave; check that the next one is served."""
    async with serving(device, path, []) as server:
        with dial(server) as bad:
            if greet:
                await bad.greet()
            with trio.move_on_after(1):
                try:
                    await bad.send_bytes(attack, (bad.socket.fileno(),) * fds)
                    bad.socket.shutdown(socket.SHUT_WR)
                    while await bad.socket.recv(1 << 20):
                        pass
                except (ConnectionResetError, BrokenPipeError):
                    pass
        with dial(server) as good:
            await good.greet()
            assert (await good.ask(RegionRead(0, 0, 4))).errno is None


def message(
    number: int, command: int, size: int | None, flags: int, error: int, body: bytes
) -> bytes:
    size = 16 + len(body) if size is None else size
    return struct.pack("=HHIII", number, command, size, flags, error) + body


def words(values: list[int]) -> bytes:
    return struct.pack(f"={len(values)}I", *values)


U32 = st.integers(0, 0xFFFFFFFF)
ANYTHING = st.binary(min_size=1, max_size=200)
MESSAGES = st.lists(
    st.builds(
        message,
        st.integers(0, 0xFFFF),
        st.sampled_from([*map(int, Command), 0, 14, 19, 0xFFFF]),
        st.one_of(st.none(), st.none(), U32),
        st.sampled_from([0, 0, 0, 1, 2, 0x10, 0x20, 0x21, 0xFFFFFFFF]),
        U32,
        st.one_of(st.binary(max_size=64), st.lists(st.integers(0, 40), max_size=12).map(words)),
    ),
    min_size=1,
    max_size=6,
).map(b"".join)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    attack=st.one_of(ANYTHING, MESSAGES),
    greet=st.booleans(),
    fds=st.integers(0, 20),
)
def test_no_bytes_and_descriptors_stop_the_server_or_leak(
    no_leak: None, device: PCIDevice, tmp_path: Path, attack: bytes, greet: bool, fds: int
) -> None:
    before = open_fds()
    run(lambda: provoke(device, tmp_path / "s", attack, greet=greet, fds=fds))
    assert open_fds() == before


def header(command: int, size: int, flags: int = 0) -> bytes:
    return struct.pack("=HHIII", 1, command, size, flags, 0)


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (header(4, 16), "VERSION"),
        (header(1, 15), "15"),
        (header(1, 0xFFFFFFFF), "4294967295"),
        (header(1, 16, 1), "reply"),
        (header(1, 24) + struct.pack("=HH", 1, 0) + b"{}\0\0", "version 1.0"),
        (header(1, 20)[:7], "closed the connection"),
    ],
)
def test_stream_that_is_broken_is_closed_with_its_reason(
    device: PCIDevice, tmp_path: Path, attack: bytes, reason: str
) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as peer:
                await peer.send_bytes(attack)
                peer.socket.shutdown(socket.SHUT_WR)
                assert await peer.at_end()

    run(main)
    (line,) = (line for line in log if "disconnected" in line)
    assert reason in line


def test_version_data_that_is_no_json_is_refused(device: PCIDevice, tmp_path: Path) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as peer:
                body = struct.pack("=HH", 0, 0) + b"{capabilities}\0"
                await peer.send_bytes(header(1, 16 + len(body)) + body)
                data = await peer.socket.recv(100)
                flags, number = struct.unpack("=8xII", data)
                assert (flags, number) == (0x21, 22)

    run(main)
    assert any("VERSION refused with EINVAL" in line for line in log)


def test_client_that_says_nothing_loses_its_place(device: PCIDevice, tmp_path: Path) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as silent:
                assert await silent.at_end()
            with dial(server) as peer:
                await peer.greet()
                await trio.sleep(100)
                assert (await peer.ask(RegionRead(0, 0, 4))).errno is None

    run(main, clock=trio.testing.MockClock(autojump_threshold=0), limit=1000)
    assert any("sent no VERSION message within 5 s" in line for line in log)


def test_client_that_half_closes_is_gone(device: PCIDevice, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(device, tmp_path / "s", []) as server:
            with dial(server) as peer:
                await peer.greet()
                peer.socket.shutdown(socket.SHUT_WR)
                assert await peer.at_end()

    run(main)


def test_client_that_floods_with_bad_requests_gets_a_line_for_each_kind_only(
    device: PCIDevice, tmp_path: Path
) -> None:
    log: list[str] = []

    async def main() -> None:
        async with serving(device, tmp_path / "s", log) as server:
            with dial(server) as peer:
                await peer.greet()
                for command in range(30, 1000):
                    await peer.send_bytes(header(command, 16))
                    data = await peer.socket.recv(100)
                    assert struct.unpack("=8xII", data)[0] == 0x21

    run(main)
    assert len([line for line in log if "refused" in line]) == 1
