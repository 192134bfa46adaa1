"""What a server may hand over as a twin socket, and what a driver makes of it."""

import os
import socket
from typing import Any

import pytest

from muserlab.client import ClientError, ServerGone, connect
from muserlab.proto import Capabilities, Command, TwinSocket, Version

from .scripted import Scripted, connect_openly

ANNOUNCED = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True, fd_index=0))


def hand_over(server: Scripted, fd: int) -> None:
    def answer(request: Any) -> None:
        server.reply(request, Version(0, 0, ANNOUNCED), (fd,))

    server.on[Command.VERSION] = answer


def test_what_is_no_socket_is_refused(twin_server: Scripted) -> None:
    read_end, write_end = os.pipe()
    hand_over(twin_server, read_end)
    with pytest.raises(ClientError, match="is no socket"):
        connect(twin_server.start())
    os.close(read_end)
    os.close(write_end)


def test_what_is_no_unix_stream_socket_is_refused(twin_server: Scripted) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wrong:
        hand_over(twin_server, wrong.fileno())
        with pytest.raises(ClientError, match="no Unix stream socket"):
            connect(twin_server.start())


def test_an_announced_socket_that_does_not_come_ends_the_connection(twin_server: Scripted) -> None:
    twin_server.on[Command.VERSION] = lambda request: Version(0, 0, ANNOUNCED)
    with pytest.raises(ServerGone, match="twin socket is fd 0 of 0"):
        connect(twin_server.start())


def test_a_twin_socket_that_blocks_does_not_hang_the_driver(twin_server: Scripted) -> None:
    drv, peer = connect_openly(twin_server.start())
    with drv:
        os.set_blocking(peer.channels[1].fileno(), True)
        drv.bar0.write(0, 1)
        drv.idle(0)
        assert drv.bar0.read(0) == 1


def test_the_end_of_the_twin_socket_is_the_end_of_the_connection(twin_server: Scripted) -> None:
    with connect(twin_server.start()) as drv:
        drv.bar0.read(0)
        twin_server.asking.leave()
        assert drv.twin_socket
        drv.idle(60)
        assert drv.closed
