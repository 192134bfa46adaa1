"""The synchronous driver against a scripted server: connecting, accesses, errors, time-outs."""

import errno
import gc
import os
import resource
import select
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from muserlab.client import (
    ClientError,
    DriverBusy,
    ServerGone,
    ServerRefused,
    ServerTimeout,
    connect,
)
from muserlab.proto import (
    Capabilities,
    Command,
    DeviceInfo,
    GetRegionInfo,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionRead,
    RegionType,
    RegionWrite,
    RegionWritten,
    Request,
    Reset,
    UnknownCapability,
    Version,
)

from .scripted import Answer, Scripted, connect_openly


def test_a_driver_tells_what_the_server_has(server: Scripted) -> None:
    server.regions[7] = RegionInfo(7, RegionFlags.READ, 256, 0)
    with connect(server.start()) as drv:
        assert (drv.info.num_regions, drv.info.num_irqs) == (9, 5)
        assert [region.name for region in drv.regions if region.size] == ["bar0", "config"]
        assert drv.bar0.readable
        assert drv.bar0.writable
        assert not drv.config.writable
        assert [irq.count for irq in drv.interrupts] == [0, 3, 0, 0, 0]
        assert not drv.twin_socket


def test_a_number_written_is_read_back_in_little_endian(server: Scripted) -> None:
    with connect(server.start()) as drv:
        drv.bar0.write(0x10, 0x11223344)
        drv.bar0.write(0x14, 0x5566, 2)
        assert server.memory[0x10:0x16] == bytes.fromhex("443322116655")
        assert drv.bar0.read(0x10) == 0x11223344
        assert drv.bar0.read(0x12, 1) == 0x22
        assert drv.bar0.read(0x10, 8) == 0x5566_1122_3344


def test_a_posted_write_is_done_before_the_next_request(server: Scripted) -> None:
    with connect(server.start()) as drv:
        drv.bar0.write(0, 7, posted=True)
        assert drv.bar0.read(0) == 7
    assert server.posted == [RegionWrite(0, 0, b"\x07\0\0\0")]


def test_long_transfers_are_split_at_what_the_server_takes(server: Scripted) -> None:
    server.offer = Capabilities(max_msg_fds=16, max_data_xfer_size=100)
    data = bytes(range(250))
    with connect(server.start()) as drv:
        drv.bar0.write_bytes(4, data)
        assert drv.bar0.read_bytes(4, len(data)) == data
    counts = [body.count for body in server.heard if isinstance(body, RegionRead)]
    assert counts == [100, 100, 50]


def test_a_transfer_larger_than_any_socket_buffer_gets_through(server: Scripted) -> None:
    blob = os.urandom(1 << 20)
    server.on[Command.REGION_READ] = lambda request: RegionData(0, 0, blob)
    server.on[Command.REGION_WRITE] = lambda request: RegionWritten(
        0, 0, len(request.body.data) if request.body.data == blob else 0
    )
    with connect(server.start()) as drv:
        assert drv.bar0.read_bytes(0, len(blob)) == blob
        drv.bar0.write_bytes(0, blob)


def test_a_refusal_names_the_access_and_carries_the_errno(server: Scripted) -> None:
    with connect(server.start()) as drv:
        with pytest.raises(ServerRefused, match=r"REGION_READ of bar0\+0x1000 \(4 bytes\)") as info:
            drv.bar0.read(0x1000)
        assert info.value.errno == errno.EINVAL
        assert info.value.command is Command.REGION_READ
        assert drv.bar0.read(0) == 0


@pytest.mark.parametrize("count", [3, 5])
def test_a_reply_of_the_wrong_length_is_an_error(server: Scripted, count: int) -> None:
    server.on[Command.REGION_READ] = lambda request: RegionData(0, 0, bytes(count))
    with connect(server.start()) as drv, pytest.raises(ClientError, match=rf"did {count} bytes"):
        drv.bar0.read(0)


def test_numbers_that_do_not_fit_are_refused_before_anything_is_sent(server: Scripted) -> None:
    with connect(server.start()) as drv:
        asked = len(server.heard)
        with pytest.raises(ValueError, match="0x100 does not fit into 1 bytes"):
            drv.bar0.write(0, 0x100, 1)
        with pytest.raises(ValueError, match="does not fit"):
            drv.bar0.read(-4)
        assert len(server.heard) == asked
        assert drv.bar0.read(0) == 0


def test_reset_is_one_request(server: Scripted) -> None:
    with connect(server.start()) as drv:
        drv.reset()
    assert server.heard[-1] == Reset()


def test_any_request_can_be_made_raw(server: Scripted) -> None:
    with connect(server.start()) as drv:
        assert drv.request(RegionRead(0, 0, 2)) == RegionData(0, 0, b"\0\0")
        with pytest.raises(ServerRefused):
            drv.request(RegionRead(0, 5, 2))
        reply = drv.exchange(RegionRead(0, 5, 2))
        with reply.fds:
            assert (reply.body, reply.errno) == (None, errno.EINVAL)
        drv.post(RegionWrite(0, 0, b"\x09"))
        assert drv.bar0.read(0, 1) == 9


def test_a_server_that_dies_is_told_from_one_that_refuses(server: Scripted) -> None:
    def die(request: Any) -> None:
        server.main.leave()

    server.on[Command.REGION_READ] = die
    with connect(server.start()) as drv:
        with pytest.raises(ServerGone, match="REGION_READ got no reply"):
            drv.bar0.read(0)
        assert drv.closed
        with pytest.raises(ServerGone, match="impossible"):
            drv.bar0.read(0)


def test_garbage_from_the_server_ends_the_connection(server: Scripted) -> None:
    def babble(request: Any) -> None:
        server.main.sock.sendall(b"\xff" * 64)

    server.on[Command.REGION_READ] = babble
    with connect(server.start()) as drv:
        with pytest.raises(ServerGone, match="broke the protocol"):
            drv.bar0.read(0)
        assert drv.closed


def test_a_late_reply_is_dropped_and_the_driver_stays_usable(server: Scripted) -> None:
    late: list[Request] = []

    def slow(request: Any) -> RegionData | None:
        if not late:
            late.append(request)
            return None
        server.reply(late[0], RegionData(0, 0, b"late"))
        return RegionData(0, 0, b"fine")

    server.on[Command.REGION_READ] = slow
    with connect(server.start()) as drv:
        drv.timeout = 0
        with pytest.raises(ServerTimeout, match="REGION_READ got no reply in 0 s") as info:
            drv.bar0.read_bytes(0, 4)
        assert isinstance(info.value, TimeoutError)
        assert info.value.errno == errno.ETIMEDOUT
        drv.timeout = None
        assert drv.bar0.read_bytes(0, 4) == b"fine"


def test_fds_of_a_late_reply_are_closed(server: Scripted) -> None:
    read_end, write_end = os.pipe()
    held: list[Request] = []

    def slow(request: Any) -> RegionInfo | None:
        held.append(request)
        if len(held) == 1:
            return None
        body = RegionInfo(0, RegionFlags.MMAP, 4096, 0)
        server.reply(held[0], body, (write_end,))
        os.close(write_end)
        return RegionInfo(0, RegionFlags(0), 0, 0)

    with connect(server.start()) as drv:
        server.on[Command.DEVICE_GET_REGION_INFO] = slow
        drv.timeout = 0
        with pytest.raises(ServerTimeout):
            drv.request(GetRegionInfo(32, 0))
        drv.timeout = None
        drv.request(GetRegionInfo(32, 0))
        assert os.read(read_end, 1) == b""  # the end of the pipe: nobody has its other end
    os.close(read_end)


def test_ctrl_c_while_waiting_for_a_reply_leaves_the_driver_usable(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = iter([None, RegionData(0, 0, b"fine")])
    server.on[Command.REGION_READ] = lambda request: next(replies)

    class Interrupted:
        """A poll object that is interrupted as poll(2) is."""

        def register(self, *_: object) -> None:
            pass

        def poll(self, _: object) -> list[tuple[int, int]]:
            raise KeyboardInterrupt

    with connect(server.start()) as drv:
        with monkeypatch.context() as patch:
            patch.setattr(select, "poll", Interrupted)
            with pytest.raises(KeyboardInterrupt):
                drv.bar0.read(0)
        assert not drv.closed
        assert drv.bar0.read_bytes(0, 4) == b"fine"


def test_ctrl_c_while_waiting_for_an_interrupt_leaves_the_driver_usable(server: Scripted) -> None:
    main = threading.main_thread().ident
    assert main is not None
    press = threading.Thread(target=signal.pthread_kill, args=(main, signal.SIGINT))
    with connect(server.start()) as drv:
        (vector,) = drv.msi.enable()
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come as soon as it starts
            press.start()
            vector.wait(None)
        press.join()
        assert not drv.closed
        drv.bar0.write(0, 3)
        assert drv.bar0.read(0) == 3


def test_an_interruption_in_the_midst_of_a_message_closes_the_driver(
    server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    drv, peer = connect_openly(server.start())
    with drv:

        def interrupted() -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(peer.channels[0], "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            drv.bar0.read(0)
        assert drv.closed
        with pytest.raises(ServerGone, match="in the midst of a message"):
            drv.bar0.read(0)


def test_a_second_thread_is_told_that_the_driver_is_busy(server: Scripted) -> None:
    refused: list[BaseException] = []

    def use_it_elsewhere(request: Any) -> RegionData:
        def read() -> None:
            try:
                drv.bar0.read(0)
            except DriverBusy as error:
                refused.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        return RegionData(0, 0, b"mine")

    server.on[Command.REGION_READ] = use_it_elsewhere
    with connect(server.start()) as drv:
        assert drv.bar0.read_bytes(0, 4) == b"mine"
    assert "in use by thread MainThread" in str(refused[0])


def test_another_thread_may_use_the_driver_afterwards(server: Scripted) -> None:
    found: list[int] = []
    with connect(server.start()) as drv:
        drv.bar0.write(0, 5)
        thread = threading.Thread(target=lambda: found.append(drv.bar0.read(0)))
        thread.start()
        thread.join()
    assert found == [5]


def test_closing_twice_is_fine_and_using_it_afterwards_is_an_error(server: Scripted) -> None:
    drv = connect(server.start())
    drv.close()
    drv.close()
    assert drv.closed
    with pytest.raises(ServerGone, match="the driver is closed"):
        drv.reset()
    assert "closed: the driver is closed" in repr(drv)


def test_a_forgotten_driver_says_so_and_closes_itself(server: Scripted) -> None:
    drv = connect(server.start())
    drv.msi.enable(2)
    drv.dma.share(4096)
    with pytest.warns(ResourceWarning, match="driver was not closed"):
        del drv


def test_a_part_keeps_its_driver_open_until_it_is_dropped_too(server: Scripted) -> None:
    driver = connect(server.start())
    vector = driver.msi.enable(2)[0]
    region = driver.bar0
    gc.collect()
    gc.disable()  # dropping is enough: nothing refers to itself
    try:
        fds = len(list(Path("/proc/self/fd").iterdir()))
        del driver, vector
        region.read(0)
        with pytest.warns(ResourceWarning, match="driver was not closed"):
            del region
        assert len(list(Path("/proc/self/fd").iterdir())) < fds
    finally:
        gc.enable()


def test_looking_at_a_driver_sends_nothing(server: Scripted) -> None:
    server.regions[9] = RegionInfo(9, RegionFlags.READ, 12, 0, (RegionType(0x8086, 1),))
    server.info = DeviceInfo(server.info.flags, 10, 5)
    with connect(server.start()) as drv:
        asked = len(server.heard)
        text = repr(drv)
        repr((drv.bar0, drv.msi, drv.dma))
        dir(drv.bar0)
        assert len(server.heard) == asked
    assert text.splitlines() == [
        "<driver of a socket, connected",
        "  bar0 4 KiB rw",
        "  region9 12 B r- type 0x8086.0x1",
        "  msi 3 vectors, 0 enabled>",
    ]


def test_a_server_with_few_regions_and_irqs_still_has_all_names(server: Scripted) -> None:
    server.info = DeviceInfo(server.info.flags, 1, 1)
    with connect(server.start()) as drv:
        assert drv.bar0.size == 4096
        assert drv.vga.size == 0
        assert drv.req.count == 0
    assert sum(isinstance(body, GetRegionInfo) for body in server.heard) == 1


def test_a_server_that_claims_endless_regions_is_asked_about_some(server: Scripted) -> None:
    server.info = DeviceInfo(server.info.flags, 0xFFFF_FFFF, 0xFFFF_FFFF)
    with connect(server.start()) as drv:
        assert (len(drv.regions), len(drv.interrupts)) == (256, 64)


def test_a_region_that_the_server_refuses_to_tell_about_is_absent(server: Scripted) -> None:
    server.on[Command.DEVICE_GET_REGION_INFO] = lambda request: errno.EINVAL
    server.on[Command.DEVICE_GET_IRQ_INFO] = lambda request: errno.EINVAL
    with connect(server.start()) as drv:
        assert not any(region.size for region in drv.regions)
        assert not any(irq.count for irq in drv.interrupts)


def test_a_reply_larger_than_asked_for_is_asked_for_again(server: Scripted) -> None:
    unknown = UnknownCapability(99, 3, b"mysterious data!")
    server.regions[0] = RegionInfo(0, RegionFlags.READ, 4096, 0, (RegionType(7, 8), unknown))
    with connect(server.start()) as drv:
        assert drv.bar0.type == (7, 8)
        assert drv.bar0.info.capabilities[1] == unknown
    sizes = [b.argsz for b in server.heard if isinstance(b, GetRegionInfo) and b.index == 0]
    assert sizes[0] == 32
    assert len(sizes) == 2


def test_a_server_that_always_wants_more_room_is_given_up_on(server: Scripted) -> None:
    def greedy(request: Any) -> RegionInfo:
        return RegionInfo(request.body.index, RegionFlags(0), 64, 0, argsz=request.body.argsz * 2)

    server.on[Command.DEVICE_GET_REGION_INFO] = greedy
    with connect(server.start()) as drv:
        assert drv.bar0.size == 0


def test_fds_that_this_process_cannot_take_end_the_connection(server: Scripted) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    fd = os.memfd_create("bar")

    def when_none_is_free(request: Any) -> Answer:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        return RegionInfo(0, RegionFlags.MMAP, 4096, 0), (fd,)

    with connect(server.start()) as drv:
        server.on[Command.DEVICE_GET_REGION_INFO] = when_none_is_free
        try:
            with pytest.raises(ServerGone, match="got no reply: fds were lost"):
                drv.request(GetRegionInfo(32, 0))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    os.close(fd)


def test_a_server_of_another_version_is_refused(server: Scripted) -> None:
    server.on[Command.VERSION] = lambda request: Version(0, 1, Capabilities())
    with pytest.raises(ServerGone, match=r"version 0\.1"):
        connect(server.start())


def test_a_server_that_refuses_the_version_is_told_by_its_errno(server: Scripted) -> None:
    server.on[Command.VERSION] = lambda request: errno.EPROTONOSUPPORT
    with pytest.raises(ServerRefused) as info:
        connect(server.start())
    assert info.value.errno == errno.EPROTONOSUPPORT


def test_layouts_for_unknown_regions_are_refused(server: Scripted) -> None:
    with pytest.raises(ClientError, match="bar7"):
        connect(server.start(), layouts={"bar7": object()})


def test_a_path_without_a_server_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="no such socket") as info:
        connect(tmp_path / "nothing.sock")
    assert info.value.errno == errno.ENOENT
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(tmp_path / "stale.sock"))
    stale.close()
    with pytest.raises(ClientError, match="nobody listens"):
        connect(tmp_path / "stale.sock")


def test_it_connects_to_a_path(server: Scripted, tmp_path: Path) -> None:
    server.start_at(tmp_path / "device.sock")
    with connect(tmp_path / "device.sock") as drv:
        assert drv.address == str(tmp_path / "device.sock")
        assert drv.bar0.read(0) == 0
