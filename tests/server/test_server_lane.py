"""The fast lane: nobody can tell whether an access took it."""

import errno
import math
import socket
import struct
from contextlib import suppress
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from muserlab.device import BAR, Memory, PCIDevice, RegionError
from muserlab.proto import SLACK, Begun, Capabilities, Command, Connection, Lane, Role, Version
from muserlab.regs import RC, RO, RW, W1C
from muserlab.server import Session
from muserlab.server.calls import Calls
from muserlab.server.connection import ClientConnection
from muserlab.server.quiesce import Quiescence
from muserlab.server.wire import Wire
from muserlab.trace import Event

OFFER = Capabilities(max_msg_fds=1, max_data_xfer_size=0x3000)


class Bar(BAR, size=0x8000):
    PLAIN = RW(0x00)
    STATUS = W1C(0x04)
    COUNT = RC(0x08)
    FIXED = RO(0x0C, reset=0x1234)
    HOOKED = RW(0x10, size=8)
    LATER = RW(0x18)
    RANGE = RW(0x1C)
    MEMORY = Memory(0x1000, 0x7000)


def device(gates: list[trio.Event]) -> PCIDevice:
    """Return a device that answers in every way that there is; what takes time waits at a gate."""

    async def wait() -> None:
        gate = trio.Event()
        gates.append(gate)
        await gate.wait()

    dev = PCIDevice("device", id=(0x1234, 1), bar0=Bar, msi=1)

    @dev.bar0.HOOKED.on_write
    def count(dev: PCIDevice, new: int, old: int) -> None:
        dev.bar0.COUNT.poke(dev.bar0.COUNT.peek() + 1)

    @dev.bar0.HOOKED.on_read
    def fail_on_odd(dev: PCIDevice, value: int) -> int:
        if value & 1:
            raise RuntimeError("odd")
        return value + 2

    @dev.bar0.LATER.on_read
    async def invert(dev: PCIDevice, value: int) -> int:
        await wait()
        return value ^ 0xFF

    @dev.bar0.LATER.on_write
    async def forward(dev: PCIDevice, new: int, old: int) -> None:
        await wait()
        dev.bar0.PLAIN.poke(new)

    @dev.bar0[0x1C:0x20].on_write
    def refuse(dev: PCIDevice, offset: int, data: bytes) -> None:
        if data[0] == 0xFF:
            raise RegionError("not now", errno.EBUSY)
        if data[0] == 0xFE:
            raise SystemExit

    return dev


OFFSETS = st.sampled_from([0, 1, 2, 4, 8, 0xC, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x1000, 0x7FFC])
COUNTS = st.sampled_from([0, 1, 2, 3, 4, 4, 4, 5, 8, 8, 9, 64, 0x1001, 0x3000, 0x3001])
BYTES = st.sampled_from([0, 1, 2, 0xFE, 0xFF])


def message(number: int, command: int, body: bytes, flags: int, error: int, longer: int) -> bytes:
    return struct.pack("=HHIII", number, command, 16 + len(body) + longer, flags, error) + body


@st.composite
def accesses(draw: st.DrawFn) -> bytes:
    """Build an access, now and then one with a mistake."""
    write = draw(st.booleans())
    offset, count = draw(OFFSETS), draw(COUNTS)
    region = draw(st.sampled_from([0, 0, 0, 0, 7, 3, 200]))
    flags = draw(st.sampled_from([0, 0, 0, 0x10, 0x10 if write else 0, 0x20, 0x40]))
    longer = draw(st.sampled_from([0] * 8 + [1, -1]))
    body = struct.pack("=QII", offset, region, count)
    if write:
        body += bytes([draw(BYTES)]) * (count + draw(st.sampled_from([0] * 8 + [1])))
    command = Command.REGION_WRITE if write else Command.REGION_READ
    error = draw(st.sampled_from([0, 0, 0, 7]))
    return message(draw(st.integers(0, 0xFFFF)), command, body, flags, error, longer)


OTHERS = st.sampled_from(
    [
        message(1, Command.DEVICE_GET_INFO, struct.pack("=IIII", 16, 0, 0, 0), 0, 0, 0),
        message(2, Command.DEVICE_RESET, b"", 0, 0, 0),
        message(3, Command.DMA_MAP, struct.pack("=IIQQQ", 32, 3, 0, 0x10000, 0x1000), 0, 0, 0),
        message(4, Command.DMA_UNMAP, struct.pack("=IIQQ", 24, 0, 0x10000, 0x1000), 0, 0, 0),
        message(5, 14, b"nothing", 0, 0, 0),
        message(6, Command.REGION_READ, b"", 1, 0, 0),
    ]
)
STREAMS = st.lists(st.one_of(accesses(), accesses(), accesses(), OTHERS), max_size=20).map(b"".join)


class Closed(Lane):
    """A lane that takes nothing."""

    def carry_out(self, *where: Any) -> tuple[int, Begun | None]:
        return where[1], None


class Outcome:
    """What a client and the device's trace saw of a stream that came in pieces."""

    def __init__(self, pieces: list[bytes], fds: list[int], lane: type[Lane]) -> None:
        self.gates: list[trio.Event] = []
        self.device = device(self.gates)
        self.client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with self.client, pytest.MonkeyPatch.context() as patch:
            patch.setattr("muserlab.server.turn.SECONDS", 1000)
            patch.setattr("muserlab.server.connection.Lane", lane)
            connection = ClientConnection(server, Session(self.device, offer=OFFER), Quiescence())
            hello = Connection(Role.CLIENT).request(Version(capabilities=OFFER)).data
            for index, piece in enumerate([hello, *pieces]):
                socket.send_fds(self.client, [piece], [0] if index in fds else [])
            self.replies = b""
            trio.run(self.play, connection)

    async def play(self, connection: ClientConnection) -> None:
        """Let one access after the other through, so that the order of replies is certain."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.serve, connection)
            await trio.testing.wait_all_tasks_blocked()
            while self.gates:
                self.gates.pop(0).set()
                await trio.testing.wait_all_tasks_blocked()
            self.client.shutdown(socket.SHUT_WR)

    async def serve(self, connection: ClientConnection) -> None:
        self.ending = await connection.run()
        with suppress(ConnectionError):
            while piece := self.client.recv(1 << 20, socket.MSG_DONTWAIT):
                self.replies += piece

    @property
    def events(self) -> list[Event]:
        return [event._replace(time_ns=0, took_ns=None) for event in self.device.trace]


def answered_alike(pieces: list[bytes], fds: list[int] | None = None) -> Outcome:
    """Check that the lane makes no difference, and return what came of it."""
    with_lane, without = Outcome(pieces, fds or [], Lane), Outcome(pieces, fds or [], Closed)
    assert with_lane.replies == without.replies
    assert with_lane.events == without.events
    assert with_lane.ending == without.ending
    assert with_lane.device.bar0.peek(0, 0x8000) == without.device.bar0.peek(0, 0x8000)
    return with_lane


@settings(deadline=None)
@given(
    STREAMS, st.lists(st.integers(1, 200), max_size=20), st.lists(st.integers(0, 20), max_size=2)
)
def test_any_stream_cut_anywhere_is_answered_alike_with_and_without_the_lane(
    stream: bytes, sizes: list[int], fds: list[int]
) -> None:
    pieces: list[bytes] = []
    for size in (*sizes, len(stream)):
        pieces, stream = [*pieces, stream[:size]], stream[size:]
    answered_alike([piece for piece in pieces if piece], fds)


def read(offset: int, count: int, flags: int = 0, longer: bytes = b"") -> bytes:
    body = struct.pack("=QII", offset, 0, count) + longer
    return message(9, Command.REGION_READ, body, flags, 0, 0)


def write(offset: int, data: bytes, flags: int = 0) -> bytes:
    body = struct.pack("=QII", offset, 0, len(data)) + data
    return message(10, Command.REGION_WRITE, body, flags, 0, 0)


ORDINARY = read(0x00, 4)
POSTED = 0x10


ODD = {
    "read of more than was agreed on": read(0x1000, 0x3001),
    "read in a longer message": read(0x1000, 4, longer=bytes(4)),
    "posted read": read(0x1000, 4, POSTED),
    "large read": read(0x1000, 0x3000),
    "read outside": read(0x8000, 4),
    "read with a hook": read(0x10, 8),
    "read with an async hook": read(0x18, 4),
    "write of some bytes": write(0x1000, b"0123456789"),
    "write of more than was agreed on": write(0x1000, bytes(0x3001)),
    "write with an error's flag": write(0x00, b"wxyz", 0x20),
    "posted write with an async hook": write(0x18, b"wxyz", POSTED),
    "posted write that is refused": write(0x1C, b"\xff", POSTED),
    "write with a hook that exits": write(0x1C, b"\xfe"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_not_ordinary_is_answered_alike_among_others(odd: bytes) -> None:
    both = answered_alike([ORDINARY + odd + write(0x00, b"abcd") + ORDINARY])
    assert b"abcd" in both.replies
    answered_alike([write(0x10, b"\1"), ORDINARY + odd, odd])


@pytest.mark.parametrize("cut", range(1, 104))
def test_messages_may_be_cut_at_any_byte(cut: int) -> None:
    stream = write(0x00, b"abcd") + ORDINARY + write(0x1000, b"efgh")
    both = answered_alike([ORDINARY, stream[:cut], stream[cut:], ORDINARY])
    assert both.replies.endswith(b"abcd")


def test_data_that_was_read_is_sent_before_the_write_behind_it() -> None:
    stream = read(0x1000, 0x3000) + write(0x1000, b"x" * 0x3000, POSTED) + read(0x1000, 0x3000)
    replies = Outcome([stream], [], Lane).replies
    before, after = replies[-2 * (32 + 0x3000) :][32:][:0x3000], replies[-0x3000:]
    assert (before, after) == (bytes(0x3000), b"x" * 0x3000)


@pytest.mark.parametrize("taken", [0, 20, 32, 0x1000])
def test_data_that_the_socket_does_not_take_at_once_is_what_it_was_when_read(taken: int) -> None:
    class Reluctant(Calls):
        def send(self) -> int:
            data = bytes(self.outbox.room[: self.outbox.filled]) + bytes(self.outbox.tail)
            return self.outbox.drop(self.socket.send(data[:taken]))

    ours, theirs = socket.socketpair()
    wire, dev = Wire(ours, Reluctant), device([])
    lane, message = Lane(wire.outbox), read(0x1000, 0x3000)
    lane.lead_to({0: dev.bar0}, OFFER.max_data_xfer_size)
    dev.bar0.poke(0x1000, b"before" * 0x800)
    lane.carry_out(bytearray(message + bytes(SLACK)), 0, len(message), math.inf)
    with theirs, ours:
        assert not wire.flush()
        dev.bar0.poke(0x1000, b"after." * 0x800)
        assert wire.flush()
        assert theirs.recv(0x8000)[32:] == b"before" * 0x800


def test_replies_that_fill_the_outbox_make_way_for_more() -> None:
    stream = read(0x1000, 0x1000) * 40
    replies = Outcome([stream], [], Lane).replies
    assert replies.count(read(0x1000, 0x1000)[:4]) == 40
