"""Bytes and fds in any split: nothing is lost, nothing leaks, nothing grows without bound."""

import os
import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proto_strategies import FROM_CLIENT, GENEROUS, agreed_pair, requests
from proto_wire import Wire, marked_fds, read_marks

from muserlab.proto import (
    Capabilities,
    Command,
    Connection,
    DmaFlags,
    DmaMap,
    DmaRead,
    GetRegionInfo,
    IrqSetFlags,
    Malformed,
    ProtocolError,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionRead,
    RegionWrite,
    Reply,
    Request,
    RequestBody,
    Reset,
    Role,
    SetIrqs,
)

PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

MAP = DmaMap(DmaFlags.READ, 0, 0, 4096)
IRQ = SetIrqs(IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER, 0, 0, 1)
READ = RegionRead(0, 0, 4)

marks = st.lists(st.integers(1, 1000), max_size=4)


@PROPERTY
@given(
    sent=st.lists(st.tuples(requests(*FROM_CLIENT), st.booleans(), marks), max_size=12),
    sizes=st.lists(st.integers(1, 200), min_size=1),
)
def test_every_split_gives_the_same_messages_with_the_same_fds(
    sent: list[tuple[RequestBody, bool, list[int]]],
    sizes: list[int],
    open_fds: Callable[[], int],
) -> None:
    before = open_fds()
    client, server = agreed_pair(GENEROUS, GENEROUS)
    wire = Wire()
    total = 0
    for body, posted, its_marks in sent:
        carries = body.command in (Command.DMA_MAP, Command.DEVICE_SET_IRQS)
        fds = marked_fds(its_marks if carries else [])
        total += wire.send(client.request(body, fds, no_reply=posted))
    came: list[Request | Reply] = []
    for at in range(total):
        came += wire.arrive(server, sizes[at % len(sizes)])
    for message, (body, posted, its_marks) in zip(came, sent, strict=True):
        assert isinstance(message, Request)
        assert (message.body, message.no_reply) == (body, posted)
        if len(message.fds):
            assert read_marks(message.fds.take_all()) == its_marks
    wire.close()
    assert open_fds() == before


@st.composite
def hostile_streams(draw: st.DrawFn) -> bytes:
    """Build messages of every kind with some of their sizes, flags and bytes wrong."""
    stream = bytearray()
    for body in draw(st.lists(requests(*Command), max_size=4)):
        payload = body.encode()
        size = draw(st.sampled_from([16 + len(payload)] * 3 + [0, 24, 1 << 31]))
        flags = draw(st.sampled_from([0, 0, 0x10, 1, 0x21]))
        stream += struct.pack("=HHIII", draw(st.integers(0, 2)), body.command, size, flags, 0)
        stream += payload
    if stream:
        for at in draw(st.lists(st.integers(0, len(stream) - 1), max_size=3)):
            stream[at] = draw(st.integers(0, 255))
    return bytes(stream) + draw(st.binary(max_size=40))


@PROPERTY
@given(stream=hostile_streams(), data=st.data())
def test_any_bytes_give_messages_or_a_protocol_error_and_leak_no_fd(
    stream: bytes, data: st.DataObject, open_fds: Callable[[], int]
) -> None:
    before = open_fds()
    client, server = agreed_pair(GENEROUS, GENEROUS)
    client.request(GetRegionInfo(64, 0))
    server.request(DmaRead(0, 4))
    connection = data.draw(st.sampled_from([client, server, Connection(Role.SERVER)]))
    try:
        while stream:
            size = data.draw(st.integers(1, len(stream)))
            messages = connection.receive(stream[:size], marked_fds(data.draw(marks)))
            assert all(isinstance(message, Request | Reply) for message in messages)
            stream = stream[size:]
    except ProtocolError:
        assert open_fds() == before
    connection.close()
    assert open_fds() == before


def received(server: Connection, data: bytes, fds: tuple[int, ...]) -> list[Request]:
    """Feed a server's end; what comes out must be requests."""
    messages = server.receive(data, fds)
    assert all(isinstance(message, Request) for message in messages)
    return [message for message in messages if isinstance(message, Request)]


def test_fds_in_a_chunk_that_ends_one_message_belong_to_the_one_that_begins_there() -> None:
    client, server = agreed_pair()
    first, second = client.request(MAP).data, client.request(IRQ).data
    assert received(server, first[:20], ()) == []
    [done] = received(server, first[20:] + second[:3], marked_fds([7]))
    assert (done.body, len(done.fds)) == (MAP, 0)
    [done] = received(server, second[3:], ())
    assert done.body == IRQ
    assert read_marks(done.fds.take_all()) == [7]


def test_fds_in_a_chunk_that_only_goes_on_with_a_message_belong_to_it() -> None:
    client, server = agreed_pair()
    data = client.request(MAP).data
    assert received(server, data[:20], ()) == []
    [done] = received(server, data[20:], marked_fds([7]))
    assert read_marks(done.fds.take_all()) == [7]


def test_fds_that_come_in_several_chunks_of_one_message_are_kept_in_order() -> None:
    client, server = agreed_pair()
    data = client.request(MAP).data
    received(server, data[:8], marked_fds([1, 2]))
    received(server, data[8:9], marked_fds([3]))
    [done] = received(server, data[9:], ())
    assert read_marks(done.fds.take_all()) == [1, 2, 3]


def test_fds_in_a_chunk_of_several_messages_belong_to_the_last_that_can_have_them() -> None:
    client, server = agreed_pair()
    bodies = [READ, MAP, MAP, READ]
    stream = b"".join(client.request(body).data for body in bodies)
    messages = received(server, stream, marked_fds([7]))
    assert [len(message.fds) for message in messages] == [0, 0, 1, 0]
    server.close()


def test_fds_in_a_chunk_of_messages_that_have_none_belong_to_the_last() -> None:
    client, server = agreed_pair()
    stream = client.request(READ).data + client.request(Reset()).data
    messages = received(server, stream, marked_fds([7]))
    assert [len(message.fds) for message in messages] == [0, 1]
    server.close()


def test_fds_of_a_reply_belong_to_the_reply_that_can_have_them() -> None:
    client, server = agreed_pair()
    stream = b""
    for body, reply in (
        (GetRegionInfo(32, 0), RegionInfo(0, RegionFlags.MMAP, 4096, 0)),
        (READ, RegionData(0, 0, b"abcd")),
    ):
        [request] = received(server, client.request(body).data, ())
        stream += server.reply(request, reply).data
    replies = client.receive(stream, marked_fds([7]))
    assert [len(reply.fds) for reply in replies] == [1, 0]
    client.close()


@pytest.mark.parametrize("body", [MAP, READ])
def test_fds_without_a_byte_wait_for_the_next_message(body: DmaMap | RegionRead) -> None:
    client, server = agreed_pair()
    assert received(server, b"", marked_fds([7])) == []
    [done] = received(server, client.request(body).data, ())
    assert read_marks(done.fds.take_all()) == [7]


@pytest.mark.parametrize("body", [MAP, READ])
def test_too_many_fds_are_closed_and_their_request_is_malformed(
    body: DmaMap | RegionRead, open_fds: Callable[[], int]
) -> None:
    client, server = agreed_pair(GENEROUS, Capabilities(max_msg_fds=2))
    before = open_fds()
    [request] = received(server, client.request(body).data, marked_fds([1, 2, 3]))
    assert isinstance(request.body, Malformed)
    assert "more than 2 fds" in request.body.reason
    assert open_fds() == before


def test_too_many_fds_with_a_reply_break_the_stream(open_fds: Callable[[], int]) -> None:
    client, server = agreed_pair(Capabilities(max_msg_fds=2))
    [request] = received(server, client.request(Reset()).data, ())
    before = open_fds()
    data = server.error(request, 22).data
    with pytest.raises(ProtocolError, match="more than 2 fds"):
        client.receive(data, marked_fds([1, 2, 3]))
    assert open_fds() == before


def test_fds_that_dribble_in_with_a_message_do_not_pile_up(open_fds: Callable[[], int]) -> None:
    client, server = agreed_pair()
    before = open_fds()
    data = client.request(MAP).data
    for at in range(len(data) - 1):
        assert server.receive(data[at : at + 1], marked_fds([1, 2])) == []
        assert open_fds() - before <= 16
    [request] = received(server, data[-1:], ())
    assert isinstance(request.body, Malformed)
    assert open_fds() == before


def test_fds_that_come_to_a_closed_connection_are_closed(open_fds: Callable[[], int]) -> None:
    client, server = agreed_pair()
    before = open_fds()
    server.close()
    with pytest.raises(ProtocolError, match="closed connection"):
        server.receive(client.request(MAP).data, marked_fds([1]))
    assert open_fds() == before


def test_closing_closes_what_nobody_took(open_fds: Callable[[], int]) -> None:
    client, server = agreed_pair()
    before = open_fds()
    [request] = received(server, client.request(MAP).data, marked_fds([1, 2, 3]))
    taken = request.fds.take(1)
    assert received(server, client.request(MAP).data[:9], marked_fds([4])) == []
    server.close()
    assert open_fds() == before + 1
    assert read_marks((taken,)) == [2]


def test_a_request_closes_what_its_handler_did_not_take(open_fds: Callable[[], int]) -> None:
    client, server = agreed_pair()
    before = open_fds()
    [request] = received(server, client.request(MAP).data, marked_fds([1, 2]))
    with request.fds as fds:
        os.close(fds.take(0))
        with pytest.raises(IndexError, match="no fd at index 0"):
            fds.take(0)
        with pytest.raises(IndexError, match="no fd at index 2"):
            fds.take(2)
    assert open_fds() == before


def test_a_large_write_arrives_in_small_chunks() -> None:
    client, server = agreed_pair()
    body = RegionWrite(0, 0, os.urandom(1 << 20))
    stream = client.request(body).data + client.request(READ).data
    chunks = [stream[at : at + 1000] for at in range(0, len(stream), 1000)]
    messages = [message for chunk in chunks for message in server.receive(chunk)]
    assert [message.body for message in messages] == [body, READ]


def test_data_that_looks_like_messages_stays_data() -> None:
    client, server = agreed_pair()
    body = RegionWrite(0, 0, client.request(READ).data * 3)
    stream = client.request(body).data
    messages = [m for at in range(0, len(stream), 32) for m in server.receive(stream[at : at + 32])]
    assert [message.body for message in messages] == [body]


def test_one_chunk_brings_many_messages_and_the_start_of_another() -> None:
    client, server = agreed_pair()
    sent = [client.request(body) for body in [READ, RegionWrite(0, 0, b"x"), Reset(), READ] * 50]
    stream = b"".join(outgoing.data for outgoing in sent)
    messages = server.receive(stream[:-5]) + server.receive(stream[-5:])
    assert [message.message_id for message in messages] == [each.message_id for each in sent]
