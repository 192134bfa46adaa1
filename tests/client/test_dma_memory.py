"""Memory for DMA: shared by fd, or served by messages over either socket."""

import errno
import fcntl
import mmap
import os
import threading
from typing import Any

import pytest

from muserlab.client import ClientError, ServerRefused, ServerTimeout, connect
from muserlab.proto import (
    Capabilities,
    Command,
    DmaFlags,
    DmaMap,
    DmaRead,
    DmaUnmap,
    DmaWrite,
    DmaWritten,
    Empty,
    RegionData,
    RequestBody,
)

from .scripted import Scripted, connect_openly


def test_shared_memory_is_one_with_the_servers_and_cannot_shrink(server: Scripted) -> None:
    with connect(server.start()) as drv, drv.dma.share(5000) as memory:
        assert memory.size == 8192
        (fd,) = server.dma_fds
        assert fcntl.fcntl(fd, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK
        with mmap.mmap(fd, memory.size) as theirs:
            memory.write(0x10, b"from the driver")
            assert theirs[0x10:0x1F] == b"from the driver"
            theirs[8191] = 0x5A
            assert memory.view[8191] == 0x5A
        flags = DmaFlags.READ | DmaFlags.WRITE
        assert server.heard[-1] == DmaMap(flags, 0, memory.iova, 8192)


def test_places_are_found_where_nothing_is(server: Scripted) -> None:
    with connect(server.start()) as drv:
        first = drv.dma.share(4096)
        second = drv.dma.offer(8192)
        assert (first.iova, second.iova) == (0x10_0000, 0x10_1000)
        assert drv.dma.offer(4096, iova=0x4000_0000).iova == 0x4000_0000
        first.unmap()
        assert drv.dma.offer(8192).iova == 0x10_3000
        assert drv.dma.offer(4096).iova == 0x10_0000


def test_taken_places_are_refused_without_asking_the_server(server: Scripted) -> None:
    with connect(server.start()) as drv:
        memory = drv.dma.offer(8192, iova=0x1000)
        asked = len(server.heard)
        with pytest.raises(ClientError, match="is taken by") as info:
            drv.dma.share(4096, iova=memory.iova + 4096)
        assert info.value.errno == errno.EEXIST
        assert len(server.heard) == asked


def test_memory_that_the_server_refuses_is_let_go(server: Scripted) -> None:
    server.on[Command.DMA_MAP] = lambda request: errno.EINVAL
    with connect(server.start()) as drv:
        with pytest.raises(ServerRefused, match="DMA_MAP"):
            drv.dma.share(4096)
        assert drv.dma.memories == ()


def test_unmapping_tells_the_server_and_releases_the_view(server: Scripted) -> None:
    with connect(server.start()) as drv:
        memory = drv.dma.offer(4096)
        memory.unmap()
        assert server.heard[-1] == DmaUnmap(24, 0, memory.iova, 4096)
        assert drv.dma.memories == ()
        with pytest.raises(ValueError, match="released"):
            memory.read()
        memory.unmap()
        assert sum(isinstance(body, DmaUnmap) for body in server.heard) == 1


def test_memory_whose_unmapping_is_refused_stays(server: Scripted) -> None:
    server.on[Command.DMA_UNMAP] = lambda request: errno.EBUSY
    with connect(server.start()) as drv:
        memory = drv.dma.offer(4096)
        with pytest.raises(ServerRefused):
            memory.unmap()
        memory.write(0, b"still here")
        assert len(drv.dma.memories) == 1


def test_pages_are_as_large_as_the_server_wants_them(server: Scripted) -> None:
    server.offer = Capabilities(max_msg_fds=16, pgsizes=0x10000)
    client = Capabilities(max_msg_fds=16, pgsizes=0x11000)
    with connect(server.start(), offer=client) as drv:
        memory = drv.dma.offer(1)
        assert memory.size == 0x10000


def test_the_server_reads_and_writes_by_messages_while_a_request_waits(
    either_server: Scripted,
) -> None:
    asked: list[object] = []

    def copy(request: Any) -> RegionData:
        data = either_server.asking.dma_read(0x10_0004, 4)
        asked.append(either_server.asking.ask(DmaWrite(0x10_0008, data)).body)
        return RegionData(0, 0, b"done")

    either_server.on[Command.REGION_READ] = copy
    with connect(either_server.start()) as drv:
        memory = drv.dma.offer(4096)
        memory.write(4, b"DATA")
        assert drv.bar0.read_bytes(0, 4) == b"done"
        assert memory.read(8, 4) == b"DATA"
        assert asked == [DmaWritten(0x10_0008, 4)]
        assert drv.twin_socket is (either_server.twin is not None)


def test_shared_memory_is_served_by_messages_too(server: Scripted) -> None:
    server.on[Command.REGION_READ] = lambda request: RegionData(
        0, 0, server.asking.dma_read(0x10_0000, 4)
    )
    with connect(server.start()) as drv:
        drv.dma.share(4096).write(0, b"same")
        assert drv.bar0.read_bytes(0, 4) == b"same"


def test_the_server_is_served_while_the_driver_waits_for_an_interrupt(
    either_server: Scripted,
) -> None:
    def write_then_fire(request: Any) -> None:
        either_server.reply(request, Empty())
        either_server.asking.ask(DmaWrite(0x10_0000, b"after the reply"))
        os.eventfd_write(either_server.eventfds[0], 1)

    either_server.on[Command.DEVICE_RESET] = write_then_fire
    with connect(either_server.start()) as drv:
        memory = drv.dma.offer(4096)
        (vector,) = drv.msi.enable()
        drv.reset()
        assert vector.wait() == 1
        assert memory.read(0, 15) == b"after the reply"


def test_the_server_is_served_while_the_driver_idles(either_server: Scripted) -> None:
    def write_later(request: Any) -> None:
        either_server.reply(request, Empty())
        either_server.asking.ask(DmaWrite(0x10_0000, b"now"))
        either_server.main.leave()

    either_server.on[Command.DEVICE_RESET] = write_later
    with connect(either_server.start()) as drv:
        memory = drv.dma.offer(4096)
        drv.reset()
        drv.idle(60)  # ends as soon as the server goes
        assert memory.read(0, 3) == b"now"
        assert drv.closed


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (DmaRead(0x10_0000, 0), errno.EINVAL),
        (DmaRead(0x0F_FFFF, 1), errno.EFAULT),
        (DmaRead(0x10_0FFF, 2), errno.EFAULT),
        (DmaRead(1 << 63, 1), errno.EFAULT),
        (DmaRead(0x20_0000, 1), errno.EACCES),
        (DmaWrite(0x30_0000, b"x"), errno.EACCES),
        (DmaWrite(0x10_0FFF, b"xy"), errno.EFAULT),
    ],
)
def test_dma_outside_of_what_was_offered_is_refused(
    either_server: Scripted, body: RequestBody, refusal: int
) -> None:
    replies: list[int | None] = []

    def try_it(request: Any) -> RegionData:
        replies.append(either_server.asking.ask(body).errno)
        return RegionData(0, 0, b"done")

    either_server.on[Command.REGION_READ] = try_it
    with connect(either_server.start()) as drv:
        memory = drv.dma.offer(4096, iova=0x10_0000)
        drv.dma.offer(4096, iova=0x20_0000, readable=False)
        drv.dma.offer(4096, iova=0x30_0000, writable=False)
        drv.bar0.read(0)
        assert replies == [refusal]
        assert memory.read() == bytes(4096)


def test_dma_runs_over_the_border_of_adjacent_memories(server: Scripted) -> None:
    server.on[Command.REGION_READ] = lambda request: RegionData(
        0, 0, server.asking.dma_read(0x10_0FFE, 4)
    )
    with connect(server.start()) as drv:
        drv.dma.offer(4096).write(0xFFE, b"AB")
        drv.dma.share(4096).write(0, b"CD")
        assert drv.bar0.read_bytes(0, 4) == b"ABCD"


def test_a_server_that_asks_and_takes_no_answers_is_not_buffered_for_without_end(
    server: Scripted,
) -> None:
    size, number = 1 << 20, 64
    asked, looked = threading.Event(), threading.Event()

    def flood(request: Any) -> None:
        connection = server.main.connection
        messages = [connection.request(DmaRead(0x10_0000, size)).data for _ in range(number)]
        server.main.sock.sendall(b"".join(messages))
        asked.set()
        looked.wait()
        while server.main.next() is not None:
            pass

    server.on[Command.REGION_READ] = flood
    drv, peer = connect_openly(server.start())
    with drv:
        drv.dma.offer(size)
        drv.timeout = 0
        with pytest.raises(ServerTimeout):
            drv.bar0.read(0)
        asked.wait()
        for _ in range(number):
            drv.idle(0)
        backlog = peer.channels[0].backlog
        looked.set()
    assert 0 < backlog < 6 << 20


def test_the_text_of_memory_tells_where_it_is_and_who_may_use_it(server: Scripted) -> None:
    with connect(server.start()) as drv:
        memory = drv.dma.share(4096, writable=False)
        drv.dma.offer(4096, iova=0x8000_0000)
        assert repr(memory) == "<memory 0x100000-0x100fff r shared>"
        assert "0x80000000-0x80000fff rw by messages" in repr(drv.dma)
        with pytest.raises(IndexError, match="4 bytes at 0xffe are outside"):
            memory.read(0xFFE, 4)
