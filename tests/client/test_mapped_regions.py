"""Mapping a server's memory: what is mapped, what is only read by system calls, what is refused."""

import fcntl
import os
from collections.abc import Iterator
from typing import Any

import pytest

from muserlab.client import ClientError, Driver, NotMappable, connect
from muserlab.proto import Command, RegionFlags, RegionInfo, SparseMmap

from .scripted import Answer, Scripted

PAGE = 4096
ACCESS = RegionFlags.READ | RegionFlags.WRITE | RegionFlags.MMAP


@pytest.fixture
def memfd() -> Iterator[int]:
    fd = os.memfd_create("bar", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 4 * PAGE)
    yield fd
    os.close(fd)


def seal(fd: int) -> None:
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)


def mappable(server: Scripted, fd: int, info: RegionInfo) -> Driver:
    """Have the server give an fd with bar0."""

    def answer(request: Any) -> Answer:
        return (info, (fd,)) if request.body.index == 0 else server.default(request)

    server.on[Command.DEVICE_GET_REGION_INFO] = answer
    return connect(server.start())


def test_sealed_memory_is_mapped_whole(server: Scripted, memfd: int) -> None:
    seal(memfd)
    with mappable(server, memfd, RegionInfo(0, ACCESS, 2 * PAGE, PAGE)) as drv:
        assert drv.bar0.mappable
        with drv.bar0.map() as mapping:
            mapping.write(8, 0x11223344)
            assert os.pread(memfd, 4, PAGE + 8) == bytes.fromhex("44332211")
            os.pwrite(memfd, b"\x99", PAGE + 2 * PAGE - 1)
            assert mapping.read(2 * PAGE - 1, 1) == 0x99
            assert len(mapping.view) == 2 * PAGE
        with pytest.raises(NotMappable, match="closed"):
            mapping.read(0)


def test_only_the_sparse_areas_are_mapped(server: Scripted, memfd: int) -> None:
    seal(memfd)
    sparse = SparseMmap(((3 * PAGE, PAGE), (PAGE, PAGE)))
    with (
        mappable(server, memfd, RegionInfo(0, ACCESS, 4 * PAGE, 0, (sparse,))) as drv,
        drv.bar0.map() as mapping,
    ):
        assert [(area.offset, area.size) for area in mapping.areas] == [
            (PAGE, PAGE),
            (3 * PAGE, PAGE),
        ]
        mapping.write_bytes(3 * PAGE, b"sparse")
        assert os.pread(memfd, 6, 3 * PAGE) == b"sparse"
        for offset in (0, PAGE - 2, 2 * PAGE - 2, 4 * PAGE):
            with pytest.raises(NotMappable, match="in no mapped area"):
                mapping.read(offset)
        with pytest.raises(NotMappable, match="2 areas"):
            _ = mapping.view


def test_memory_that_may_shrink_is_only_touched_by_system_calls(
    server: Scripted, memfd: int
) -> None:
    with (
        mappable(server, memfd, RegionInfo(0, ACCESS, 4 * PAGE, 0)) as drv,
        drv.bar0.map() as mapping,
    ):
        assert mapping.areas[0].view is None
        mapping.write(4, 77)
        assert mapping.read(4) == 77
        with pytest.raises(NotMappable, match="may shrink"):
            _ = mapping.view
        os.ftruncate(memfd, PAGE)
        with pytest.raises(ClientError, match="ends early: 0 of 4 bytes"):
            mapping.read(2 * PAGE)


def test_a_file_smaller_than_its_region_is_not_mapped(server: Scripted, memfd: int) -> None:
    seal(memfd)
    with (
        mappable(server, memfd, RegionInfo(0, ACCESS, 5 * PAGE, 0)) as drv,
        drv.bar0.map() as mapping,
    ):
        assert mapping.areas[0].view is None
        assert mapping.read(0) == 0


def test_areas_outside_of_their_region_are_refused(server: Scripted, memfd: int) -> None:
    seal(memfd)
    sparse = SparseMmap(((0, PAGE), (PAGE, 1 << 63)))
    with (
        mappable(server, memfd, RegionInfo(0, ACCESS, 4 * PAGE, 0, (sparse,))) as drv,
        pytest.raises(NotMappable, match="do not lie in"),
    ):
        drv.bar0.map()


def test_offsets_that_no_file_has_are_refused(server: Scripted, memfd: int) -> None:
    info = RegionInfo(0, ACCESS, PAGE, (1 << 64) - PAGE)
    with (
        mappable(server, memfd, info) as drv,
        pytest.raises(NotMappable, match="no file reaches"),
    ):
        drv.bar0.map()


def test_a_file_that_may_not_be_written_is_told(server: Scripted, memfd: int) -> None:
    fcntl.fcntl(memfd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    with mappable(server, memfd, RegionInfo(0, ACCESS, PAGE, 0)) as drv:
        with drv.bar0.map() as mapping, pytest.raises(ClientError, match="not permitted"):
            mapping.write(0, 1)
        seal(memfd)
        with pytest.raises(ClientError, match="not permitted"):
            drv.bar0.map()


def test_what_is_no_file_is_refused(server: Scripted) -> None:
    read_end, write_end = os.pipe()
    with (
        mappable(server, read_end, RegionInfo(0, ACCESS, PAGE, 0)) as drv,
        pytest.raises(NotMappable, match="no regular file"),
    ):
        drv.bar0.map()
    os.close(read_end)
    os.close(write_end)


def test_a_region_without_fd_cannot_be_mapped(server: Scripted) -> None:
    server.regions[0] = RegionInfo(0, ACCESS, PAGE, 0)
    with connect(server.start()) as drv, pytest.raises(NotMappable, match="lets nobody map bar0"):
        drv.bar0.map()


def test_a_read_only_region_is_mapped_read_only(server: Scripted, memfd: int) -> None:
    seal(memfd)
    flags = RegionFlags.READ | RegionFlags.MMAP
    with mappable(server, memfd, RegionInfo(0, flags, PAGE, 0)) as drv, drv.bar0.map() as mapping:
        assert mapping.view.readonly
        with pytest.raises(NotMappable, match="does not allow"):
            mapping.write(0, 1)


def test_closing_the_driver_closes_its_mappings(server: Scripted, memfd: int) -> None:
    seal(memfd)
    with mappable(server, memfd, RegionInfo(0, ACCESS, PAGE, 0)) as drv:
        mapping = drv.bar0.map()
        view = memoryview(mapping.view)
    assert mapping.closed
    view[0] = 1  # whoever took a view keeps it
    del view


def test_fds_of_a_region_that_says_it_is_not_mappable_are_closed(
    server: Scripted, memfd: int
) -> None:
    with mappable(server, memfd, RegionInfo(0, RegionFlags.READ, PAGE, 0)) as drv:
        assert not drv.bar0.mappable
