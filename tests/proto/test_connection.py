"""A connection's rules, one by one."""

import errno
import os
import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proto_strategies import GENEROUS, agreed_pair, answer, ask, capabilities

from muserlab.proto import (
    OFFER,
    Capabilities,
    Command,
    Connection,
    DmaData,
    DmaFlags,
    DmaMap,
    DmaRead,
    DmaUnmap,
    DmaWrite,
    DmaWritten,
    Empty,
    GetDeviceInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IoFd,
    Malformed,
    MigDataRead,
    Migration,
    ProtocolError,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionIoFds,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    Reply,
    Request,
    Reset,
    Role,
    SparseMmap,
    TwinSocket,
    Version,
    negotiate,
)

HEADER = struct.Struct("=HHIII")


def header(command: int, size: int, flags: int = 0, message_id: int = 0) -> bytes:
    return HEADER.pack(message_id, command, size, flags, 0)


def refused(server: Connection, data: bytes) -> Malformed:
    """Return why a server's end does not understand a request."""
    [request] = server.receive(data)
    assert isinstance(request, Request)
    assert isinstance(request.body, Malformed)
    return request.body


# The VERSION exchange


def test_the_version_exchange_settles_what_both_said() -> None:
    client, server = agreed_pair(Capabilities(max_msg_fds=3, max_data_xfer_size=4096))
    assert client.agreed == server.agreed == Version(0, 0, Capabilities(16, 4096))
    assert client.max_data_xfer_size == server.max_data_xfer_size == 4096
    assert (client.max_send_fds, server.max_send_fds) == (16, 3)
    assert server.peer == Version(0, 0, Capabilities(3, 4096))


def test_a_server_that_says_more_than_was_proposed_does_not_raise_the_limit() -> None:
    client, server = Connection(Role.CLIENT, Capabilities(1, 4096)), Connection(Role.SERVER)
    request = ask(client, server, Version(capabilities=client.offer))
    answer(server, client, request, Version(capabilities=OFFER))
    assert client.max_data_xfer_size == server.max_data_xfer_size == 4096


def test_nothing_but_version_may_be_sent_first() -> None:
    client = Connection(Role.CLIENT)
    with pytest.raises(ProtocolError, match="other than VERSION is not allowed before VERSION"):
        client.request(Reset())


def test_nothing_but_version_may_arrive_first() -> None:
    with pytest.raises(ProtocolError, match="other than VERSION is not allowed before VERSION"):
        Connection(Role.SERVER).receive(header(Command.DEVICE_RESET, 16))


def test_nothing_may_arrive_between_version_and_its_reply() -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    ask(client, server, Version())
    with pytest.raises(ProtocolError, match="before the reply to VERSION"):
        server.receive(header(Command.DEVICE_RESET, 16))


def test_version_is_said_once() -> None:
    client, server = agreed_pair()
    with pytest.raises(ProtocolError, match="VERSION is not allowed after the VERSION exchange"):
        client.request(Version())
    with pytest.raises(ProtocolError, match="VERSION is not allowed after the VERSION exchange"):
        server.receive(header(Command.VERSION, 20) + bytes(4))


def test_a_server_does_not_propose() -> None:
    with pytest.raises(ValueError, match="a server sends no VERSION"):
        Connection(Role.SERVER).request(Version())
    with pytest.raises(ProtocolError):
        Connection(Role.CLIENT).receive(header(Command.VERSION, 20) + bytes(4))


def test_malformed_version_data_can_be_refused_and_nothing_follows() -> None:
    server = Connection(Role.SERVER)
    data = bytes(4) + b"{]\0"
    [request] = server.receive(header(Command.VERSION, 16 + len(data)) + data)
    assert isinstance(request, Request)
    assert isinstance(request.body, Malformed)
    assert request.body.errno == errno.EINVAL
    assert server.error(request, errno.EINVAL).data == HEADER.pack(0, 1, 16, 0x21, errno.EINVAL)
    with pytest.raises(ProtocolError, match="after VERSION was refused"):
        server.receive(header(Command.DEVICE_RESET, 16))


def test_a_refused_client_gets_the_errno_and_can_send_nothing() -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    request = ask(client, server, Version(7))
    [reply] = client.receive(server.error(request, errno.EINVAL).data)
    assert reply == Reply(0, Command.VERSION, None, errno.EINVAL)
    with pytest.raises(ProtocolError, match="after VERSION was refused"):
        client.request(Reset())


@pytest.mark.parametrize(
    "reply",
    [
        Version(1, 0),
        Version(0, 1),
        Version(capabilities=Capabilities(twin_socket=TwinSocket(True, 0))),
    ],
)
def test_a_client_takes_no_version_reply_that_it_did_not_propose(reply: Version) -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    request = ask(client, server, Version())
    with pytest.raises(ProtocolError, match="server"):
        client.receive(server.reply(request, reply).data)


@pytest.mark.parametrize("fd_index", [None, 1])
def test_a_client_takes_no_twin_socket_without_its_fd(fd_index: int | None) -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    wanted = Capabilities(twin_socket=TwinSocket(supported=True))
    request = ask(client, server, Version(capabilities=wanted))
    reply = Version(capabilities=Capabilities(twin_socket=TwinSocket(True, fd_index)))
    with pytest.raises(ProtocolError, match="twin socket"):
        client.receive(server.reply(request, reply).data, [os.eventfd(0)])


# Negotiation


def test_a_server_answers_with_what_both_can_do() -> None:
    wanted = Capabilities(
        max_msg_fds=4,
        max_data_xfer_size=1 << 30,
        max_dma_maps=10,
        pgsizes=0x3000,
        twin_socket=TwinSocket(supported=True),
        write_multiple=True,
        migration=Migration(1 << 20, 4096),
    )
    offer = Capabilities(
        max_msg_fds=16,
        max_data_xfer_size=1 << 20,
        pgsizes=0x1000,
        twin_socket=TwinSocket(supported=True),
        migration=Migration(1 << 28, 65536),
    )
    assert negotiate(Version(0, 5, wanted), offer) == Version(
        0,
        0,
        Capabilities(
            max_msg_fds=16,
            max_data_xfer_size=1 << 20,
            max_dma_maps=10,
            pgsizes=0x1000,
            twin_socket=TwinSocket(supported=True, fd_index=0),
            migration=Migration(1 << 20, 4096),
        ),
    )


@pytest.mark.parametrize(
    "proposal", [Version(1, 0), Version(capabilities=Capabilities(pgsizes=0x10000))]
)
def test_a_server_refuses_what_it_cannot_speak(proposal: Version) -> None:
    with pytest.raises(ProtocolError) as caught:
        negotiate(proposal, OFFER)
    assert caught.value.errno == errno.EINVAL


@settings(deadline=None)
@given(wanted=capabilities)
def test_a_version_reply_fits_into_what_qemu_has_room_for(wanted: Capabilities) -> None:
    wanted = replace(wanted, pgsizes=wanted.pgsizes | 4096, twin_socket=None)
    reply = negotiate(Version(capabilities=wanted), GENEROUS)
    assert 16 + len(reply.encode()) <= 214


# Requests that are refused


def test_an_unknown_command_is_a_malformed_request() -> None:
    _, server = agreed_pair()
    assert refused(server, header(14, 16)) == Malformed(14, errno.EINVAL, "unknown command 14")
    assert refused(server, header(999, 20) + b"body").command == 999


def test_a_short_body_is_a_malformed_request_and_the_next_one_is_served() -> None:
    _, server = agreed_pair()
    short = header(Command.REGION_READ, 18) + b"xx"
    first, second = server.receive(short + header(Command.DEVICE_RESET, 16, message_id=5))
    assert isinstance(first, Request)
    assert isinstance(first.body, Malformed)
    assert second == Request(5, Reset())


def test_a_command_of_the_other_direction_is_a_malformed_request() -> None:
    client, server = agreed_pair()
    read = DmaRead(0, 4).encode()
    assert "takes no DMA_READ" in refused(server, header(Command.DMA_READ, 32) + read).reason
    assert "takes no DEVICE_RESET" in refused(client, header(Command.DEVICE_RESET, 16)).reason


@pytest.mark.parametrize(
    "body", [RegionRead(0, 0, 4097), RegionWrite(0, 0, bytes(4097)), MigDataRead(1 << 20, 4097)]
)
def test_a_transfer_larger_than_agreed_is_a_malformed_request(
    body: RegionRead | RegionWrite | MigDataRead,
) -> None:
    client, server = agreed_pair(Capabilities(max_data_xfer_size=4096))
    assert "4096 were agreed" in refused(server, client.request(body).data).reason


def test_a_transfer_as_large_as_agreed_is_served() -> None:
    client, server = agreed_pair(Capabilities(max_data_xfer_size=1 << 20))
    assert ask(client, server, RegionWrite(0, 0, bytes(1 << 20))).body == RegionWrite(
        0, 0, bytes(1 << 20)
    )


def test_several_writes_are_taken_only_where_agreed_on() -> None:
    writes = RegionWriteMulti((RegionWrite(0, 0, b"a"),))
    client, server = agreed_pair()
    assert "not agreed on" in refused(server, client.request(writes).data).reason
    client, server = agreed_pair(GENEROUS, GENEROUS)
    assert ask(client, server, writes).body == writes


# Streams that are broken


@pytest.mark.parametrize("size", [0, 15])
def test_a_message_smaller_than_its_header_breaks_the_stream(size: int) -> None:
    _, server = agreed_pair()
    with pytest.raises(ProtocolError, match="smaller than its header"):
        server.receive(header(Command.DEVICE_RESET, size))


def test_a_message_that_is_too_large_breaks_the_stream_before_it_has_arrived() -> None:
    _, server = agreed_pair()
    with pytest.raises(ProtocolError, match="larger than") as caught:
        server.receive(header(Command.REGION_WRITE, (1 << 20) + 65))
    assert caught.value.errno == errno.EMSGSIZE


def test_version_data_that_is_too_large_breaks_the_stream() -> None:
    with pytest.raises(ProtocolError, match="larger than"):
        Connection(Role.SERVER).receive(header(Command.VERSION, (64 << 10) + 65))


def test_a_message_of_unknown_type_breaks_the_stream() -> None:
    _, server = agreed_pair()
    with pytest.raises(ProtocolError, match="neither command nor reply"):
        server.receive(header(Command.DEVICE_RESET, 16, flags=2))


def test_a_reply_to_nothing_breaks_the_stream() -> None:
    client, server = agreed_pair()
    with pytest.raises(ProtocolError, match="reply to nothing"):
        server.receive(header(Command.DMA_READ, 16, flags=1, message_id=9))
    request = ask(client, server := agreed_pair()[1], Reset())
    with pytest.raises(ProtocolError, match="reply to nothing"):
        client.receive(header(Command.DEVICE_GET_INFO, 16, 1, request.message_id))


def test_a_malformed_reply_breaks_the_stream() -> None:
    client, _ = agreed_pair()
    message_id = client.request(GetDeviceInfo(16)).message_id
    with pytest.raises(ProtocolError, match="reply to DEVICE_GET_INFO: body of 0 bytes"):
        client.receive(header(Command.DEVICE_GET_INFO, 16, 1, message_id))


def test_a_broken_connection_takes_nothing_more() -> None:
    _, server = agreed_pair()
    with pytest.raises(ProtocolError):
        server.receive(bytes(16))
    with pytest.raises(ProtocolError, match="closed connection"):
        server.receive(header(Command.DEVICE_RESET, 16))


# Replies


def test_a_region_info_is_cut_down_to_the_room_that_there_is() -> None:
    client, server = agreed_pair()
    info = RegionInfo(0, RegionFlags.MMAP, 0x2000, 0, (SparseMmap(((0, 0x1000),)),))
    request = ask(client, server, GetRegionInfo(32, 0))
    outgoing = server.reply(request, info, [9])
    assert (len(outgoing.data), outgoing.fds) == (16 + 32, ())
    [reply] = client.receive(outgoing.data)
    assert isinstance(reply, Reply)
    assert isinstance(reply.body, RegionInfo)
    assert reply.body.argsz == 64
    request = ask(client, server, GetRegionInfo(reply.body.argsz, 0))
    assert server.reply(request, info, [9]).fds == (9,)
    assert answer(server, client, request, info) == info


def test_io_fds_are_cut_down_to_the_room_that_there_is() -> None:
    client, server = agreed_pair()
    fds = RegionIoFds(0, (IoFd(0, 4, 0, 0, 0, 0),))
    request = ask(client, server, GetRegionIoFds(16, 0))
    assert answer(server, client, request, fds) == RegionIoFds(0, (), argsz=56)
    request = ask(client, server, GetRegionIoFds(56, 0))
    assert answer(server, client, request, fds) == fds


def test_a_posted_request_cannot_be_answered() -> None:
    client, server = agreed_pair()
    [request] = server.receive(client.request(RegionWrite(0, 0, b"a"), no_reply=True).data)
    assert isinstance(request, Request)
    assert request.no_reply
    with pytest.raises(ValueError, match="posted"):
        server.reply(request, RegionWritten(0, 0, 1))
    with pytest.raises(ValueError, match="posted"):
        server.error(request, errno.EINVAL)


def test_a_reply_must_belong_to_its_request() -> None:
    client, server = agreed_pair()
    request = ask(client, server, GetDeviceInfo(16))
    with pytest.raises(ValueError, match="RegionData is no reply"):
        server.reply(request, RegionData(0, 0, b""))
    malformed = Request(0, Malformed(99, errno.EINVAL, ""))
    with pytest.raises(ValueError, match="Empty is no reply"):
        server.reply(malformed, Empty())


def test_an_error_without_errno_is_an_input_output_error() -> None:
    client, _ = agreed_pair()
    message_id = client.request(Reset()).message_id
    [reply] = client.receive(header(Command.DEVICE_RESET, 16, 0x21, message_id))
    assert reply == Reply(message_id, Command.DEVICE_RESET, None, errno.EIO)


def test_unmapping_is_answered_with_the_request() -> None:
    client, server = agreed_pair()
    body = DmaUnmap(24, 0, 0x1000, 0x1000)
    assert answer(server, client, ask(client, server, body), body) == body


def test_a_dma_write_answered_with_a_header_only_is_done() -> None:
    _, server = agreed_pair()
    message_id = server.request(DmaWrite(0x3000, bytes(16))).message_id
    [reply] = server.receive(header(Command.DMA_WRITE, 16, 1, message_id))
    assert reply == Reply(message_id, Command.DMA_WRITE, DmaWritten(0x3000, 16))


def test_what_qemu_answers_to_dma_messages_is_understood() -> None:
    _, server = agreed_pair()
    server.request(DmaRead(0x2000, 16))
    server.request(DmaWrite(0x3000, bytes(16)))
    read = "00000b003000000001000000000000000020000000000000100000000000000010111213141516171819"
    written = "01000c002000000001000000000000000030000000000000" + "1000000000000000"
    [data, done] = server.receive(bytes.fromhex(read + "1a1b1c1d1e1f" + written))
    assert data == Reply(0, Command.DMA_READ, DmaData(0x2000, bytes(range(16, 32))))
    assert done == Reply(1, Command.DMA_WRITE, DmaWritten(0x3000, 16))


def test_replies_may_come_in_any_order() -> None:
    client, server = agreed_pair()
    first, second = ask(client, server, RegionRead(0, 0, 1)), ask(client, server, Reset())
    assert answer(server, client, second, Empty()) == Empty()
    assert answer(server, client, first, RegionData(0, 0, b"a")) == RegionData(0, 0, b"a")


# Sending


def test_message_ids_wrap_and_skip_those_that_wait() -> None:
    client, _ = agreed_pair()
    waiting = client.request(Reset()).message_id
    ids = [client.request(Reset(), no_reply=True).message_id for _ in range((1 << 16) - 1)]
    assert waiting not in ids
    assert client.request(Reset(), no_reply=True).message_id == ids[0]


def test_more_requests_than_ids_are_refused() -> None:
    client, _ = agreed_pair()
    for _ in range(1 << 16):
        client.request(Reset())
    with pytest.raises(ProtocolError, match="wait for their replies") as caught:
        client.request(Reset())
    assert caught.value.errno == errno.EBUSY


def test_more_fds_than_the_peer_takes_cannot_be_sent() -> None:
    client, _ = agreed_pair(OFFER, Capabilities(max_msg_fds=2))
    with pytest.raises(ValueError, match="3 fds with one message: the peer takes 2"):
        client.request(DmaMap(DmaFlags.READ, 0, 0, 4096), [0, 1, 2])


def test_what_does_not_fit_the_wire_cannot_be_sent() -> None:
    client, _ = agreed_pair()
    with pytest.raises(ValueError, match="does not fit"):
        client.request(RegionRead(-1, 0, 4))
    assert client.request(Reset()).message_id == 1


# The twin socket


def test_the_twin_socket_carries_what_the_server_asks() -> None:
    client, server = agreed_pair()
    client_twin, server_twin = client.twin(), server.twin()
    request = ask(server_twin, client_twin, DmaRead(0, 2))
    assert answer(client_twin, server_twin, request, DmaData(0, b"ab")) == DmaData(0, b"ab")
    with pytest.raises(ValueError, match="client sends no DEVICE_RESET"):
        client_twin.request(Reset())
    read = client.request(RegionRead(0, 0, 4)).data
    assert "takes no REGION_READ" in refused(server_twin, read).reason


def test_there_is_no_twin_before_the_agreement() -> None:
    with pytest.raises(ProtocolError, match="before the VERSION exchange"):
        Connection(Role.SERVER).twin()


# Buffers


@settings(deadline=None)
@given(cut=st.integers(0, 36))
def test_the_buffer_of_a_receive_can_be_used_again(cut: int) -> None:
    client, server = agreed_pair()
    message = client.request(RegionWrite(0, 0, b"data")).data
    buffer = bytearray(message)
    came = server.receive(memoryview(buffer)[:cut])
    rest = bytes(buffer[cut:])
    buffer[:] = bytes(len(buffer))
    came += server.receive(rest)
    buffer.clear()
    assert [request.body for request in came] == [RegionWrite(0, 0, b"data")]
