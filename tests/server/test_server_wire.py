import array
import fcntl
import gc
import os
import socket
import termios
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import pytest
import trio
import trio.testing

from muserlab.proto import Outbox
from muserlab.server.calls import BUFFER_SIZE, Calls, WireClosed
from muserlab.server.heldcalls import HeldCalls
from muserlab.server.wire import Wire

from .peer import open_fds

Test = Callable[[Wire, socket.socket], Awaitable[None]]
Play = Callable[[Test], None]


class Glancing(HeldCalls):
    """Calls of a server that shares its CPU with the client."""

    def __init__(self, sock: socket.socket, outbox: Outbox) -> None:
        super().__init__(sock, outbox)
        self.share_cpu(shared=True)


@pytest.fixture(params=[Calls, HeldCalls, Glancing])
def over_wire(request: pytest.FixtureRequest) -> Play:
    """Run a test with a wire and the plain socket at its other end."""

    async def main(test: Test) -> None:
        ours, theirs = socket.socketpair()
        wire = Wire(ours, request.param)
        try:
            with theirs, trio.fail_after(5):
                await test(wire, theirs)
        finally:
            wire.close()

    return partial(trio.run, main)


async def receive(wire: Wire) -> tuple[bytes, Sequence[int]]:
    count = wire.calls.receive() or await wire.arrival()
    return bytes(wire.calls.buffer[:count]), wire.calls.take_fds()


def test_waiting_data_is_received_without_a_turn_of_the_loop(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.send(b"hello")
        with trio.testing.assert_no_checkpoints():
            data, fds = await receive(wire)
        assert (data, tuple(fds)) == (b"hello", ())

    over_wire(test)


def test_receive_waits_for_data(over_wire: Play) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def send_later() -> None:
                await trio.testing.wait_all_tasks_blocked()
                client.send(b"late")

            data, _ = await receive(wire)
        assert data == b"late"

    over_wire(test)


def test_receive_stops_at_the_segment_with_descriptors_and_closes_them_on_exec(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.send(b"one")
        socket.send_fds(client, [b"two"], [client.fileno()])
        client.send(b"three")
        data, fds = await receive(wire)
        assert data == b"onetwo"
        (fd,) = fds
        assert not os.get_inheritable(fd)
        os.close(fd)
        data, fds = await receive(wire)
        assert (data, tuple(fds)) == (b"three", ())

    over_wire(test)


def test_end_of_the_stream_closes_the_wire(over_wire: Play) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.close()
        with pytest.raises(WireClosed, match="closed the connection"):
            await receive(wire)

    over_wire(test)


def test_connection_that_breaks_closes_the_wire_on_either_way(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        wire.post(b"never read")
        wire.flush()
        client.close()
        with pytest.raises(WireClosed, match="Connection reset"):
            await receive(wire)
        wire.post(b"x")
        with pytest.raises(WireClosed, match="Broken pipe"):
            wire.flush()

    over_wire(test)


def test_posted_messages_leave_together_and_in_order(over_wire: Play) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        for word in (b"a", b"b", b"c"):
            wire.post(word)
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        assert wire.flush()
        assert client.recv(10) == b"abc"

    over_wire(test)


def test_descriptors_travel_with_their_own_message(over_wire: Play) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        reading, writing = os.pipe()
        wire.post(b"before")
        wire.post(b"with", (writing,))
        os.close(writing)  # the wire keeps one of its own until the message is sent
        wire.post(b"after")
        assert wire.flush()
        data, fds, _, _ = socket.recv_fds(client, 100, 4)
        assert data == b"beforewith"
        os.write(fds[0], b"!")
        os.close(fds[0])
        assert os.read(reading, 2) == b"!"
        assert os.read(reading, 2) == b""  # no other copy is open
        os.close(reading)
        assert client.recv(100) == b"after"

    over_wire(test)


def test_message_that_does_not_fit_the_socket_arrives_whole_and_once(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        reading, writing = os.pipe()
        message = os.urandom(1 << 16) * 64
        wire.post(message, (writing,))
        wire.post(b"end")
        os.close(writing)
        assert not wire.flush()
        received = bytearray()
        fds = array.array("i")

        def read_all() -> None:
            while not received.endswith(b"end"):
                data, more, _, _ = socket.recv_fds(client, 1 << 16, 4)
                received.extend(data)
                fds.extend(more)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, read_all)
            nursery.start_soon(wire.drain)
            await wire.drain()
        assert received == message + b"end"
        assert len(fds) == 1
        os.close(fds[0])
        os.close(reading)

    over_wire(test)


def test_received_piece_is_as_large_as_the_buffer_at_most(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.setblocking(False)
        client.send(bytes(BUFFER_SIZE + 10))
        assert len((await receive(wire))[0]) == BUFFER_SIZE
        assert len((await receive(wire))[0]) == 10

    over_wire(test)


def test_descriptors_come_once_with_a_message_that_comes_in_pieces(over_wire: Play) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.setblocking(False)
        socket.send_fds(client, [bytes(BUFFER_SIZE + 10)], [client.fileno()])
        sizes, counts = [], []
        while sum(sizes) < BUFFER_SIZE + 10:
            data, fds = await receive(wire)
            sizes.append(len(data))
            counts.append(len(fds))
            for fd in fds:
                os.close(fd)
        assert sum(counts) == 1

    over_wire(test)


def test_client_of_a_wire_that_closes_finds_the_end_and_no_broken_connection(
    over_wire: Play,
) -> None:
    async def test(wire: Wire, client: socket.socket) -> None:
        client.send(b"hello")
        await receive(wire)
        wire.close()
        assert client.recv(1) == b""

    over_wire(test)


def waiting(wire: Wire) -> int:
    """Return how many bytes the kernel has for a wire."""
    count = array.array("i", [0])
    fcntl.ioctl(wire.calls.socket, termios.FIONREAD, count)
    return count[0]


def test_what_was_glanced_at_is_taken_out_before_waiting_for_more() -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair()
        wire = Wire(ours, Glancing)
        with theirs:
            for _ in range(3):
                theirs.send(b"hello")
                assert await receive(wire) == (b"hello", ())
            assert waiting(wire) == 15
            async with trio.open_nursery() as nursery:
                nursery.start_soon(receive, wire)
                await trio.testing.wait_all_tasks_blocked()
                assert waiting(wire) == 0
                theirs.send(b"more")
        wire.close()

    trio.run(main)


def test_no_more_than_a_few_messages_are_left_in_the_kernel() -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair()
        wire = Wire(ours, Glancing)
        with theirs:
            for size in [32] * 50 + [5000] * 3 + [32] * 50:
                theirs.send(bytes(size))
                assert len((await receive(wire))[0]) == size
                assert waiting(wire) <= 256
        wire.close()

    trio.run(main)


def test_closing_keeps_no_descriptor_of_a_message_that_was_not_sent(
    over_wire: Play,
) -> None:
    gc.collect()  # what earlier tests left to it
    before = open_fds()

    async def test(wire: Wire, client: socket.socket) -> None:
        wire.post(b"never sent", (client.fileno(),))

    over_wire(test)
    assert open_fds() == before


def test_descriptors_that_the_kernel_had_to_drop_close_the_wire(
    over_wire: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel says so with MSG_CTRUNC; a buffer that is too small stands for a full table."""
    for module in ("calls", "heldcalls"):
        monkeypatch.setattr(f"muserlab.server.{module}.ANCILLARY_SIZE", socket.CMSG_SPACE(4))

    async def test(wire: Wire, client: socket.socket) -> None:
        before = open_fds()
        socket.send_fds(client, [b"x"], [client.fileno()] * 5)
        with pytest.raises(WireClosed, match="were lost"):
            await receive(wire)
        assert open_fds() == before

    over_wire(test)
