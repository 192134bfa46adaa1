import errno
import fcntl
import os
import socket
from typing import Any

import pytest

from muserlab.device.errors import BusyError, DmaError
from muserlab.trace import Kind

PAGE = 4096
TOP = 1 << 64


def refused(call: Any, *args: Any, **more: Any) -> int:
    with pytest.raises(DmaError) as refusal:
        call(*args, **more)
    return refusal.value.errno


def test_sealed_memory_is_mapped_and_any_other_file_is_not(bench: Any) -> None:
    assert bench.map(0, PAGE, bench.memfd(PAGE)).kind == "mapped"
    assert bench.map(PAGE, PAGE, bench.memfd(PAGE, seals=0)).kind == "file"
    assert bench.map(2 * PAGE, PAGE, bench.file(PAGE)).kind == "file"
    assert bench.map(3 * PAGE, PAGE).kind == "messages"
    assert [region.iova for region in bench.dma.regions] == [0, PAGE, 2 * PAGE, 3 * PAGE]


def test_a_file_that_is_truncated_later_is_an_error_and_no_crash(bench: Any) -> None:
    fd = bench.memfd(2 * PAGE, seals=0)
    bench.map(0, 2 * PAGE, fd)
    os.ftruncate(bench.kept[0], PAGE + 1)
    assert bench.dma.read(0, PAGE) == bytes(PAGE)
    assert refused(bench.dma.read, PAGE, 2) == errno.EFAULT


@pytest.mark.parametrize(("offset", "size"), [(0, PAGE + 1), (PAGE, 1), (1, PAGE), (1 << 64, 1)])
@pytest.mark.parametrize("seals", [0, fcntl.F_SEAL_SHRINK])
def test_a_file_that_is_too_small_is_refused(
    bench: Any, offset: int, size: int, seals: int
) -> None:
    fd = bench.memfd(PAGE, seals)
    assert refused(bench.map, 0, size, fd, offset) == errno.EINVAL


def test_sockets_pipes_and_devices_are_refused_and_closed(bench: Any) -> None:
    ours, theirs = socket.socketpair()
    read_end, write_end = os.pipe()
    null = os.open("/dev/zero", os.O_RDWR)
    folder = os.open("/", os.O_RDONLY)
    for fd in (theirs.detach(), read_end, write_end, null, folder):
        assert refused(bench.map, 0, 16, fd) == errno.EINVAL
    ours.close()


def test_an_fd_of_the_wrong_direction_is_refused(bench: Any) -> None:
    assert refused(bench.map, 0, PAGE, bench.file(PAGE, os.O_RDONLY)) == errno.EACCES
    assert refused(bench.map, 0, PAGE, bench.file(PAGE, os.O_WRONLY)) == errno.EACCES
    bench.map(0, PAGE, bench.file(PAGE, os.O_RDONLY), mode="r")
    bench.map(PAGE, PAGE, bench.file(PAGE, os.O_WRONLY), mode="w")


def test_memory_sealed_against_writing_cannot_be_mapped_for_writing(bench: Any) -> None:
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_WRITE
    assert refused(bench.map, 0, PAGE, bench.memfd(PAGE, seals)) == errno.EPERM
    assert bench.map(0, PAGE, bench.memfd(PAGE, seals), mode="r").kind == "mapped"


@pytest.mark.parametrize(
    ("address", "size", "offset", "mode"),
    [
        (0, 0, 0, "rw"),
        (0, -1, 0, "rw"),
        (-1, 1, 0, "rw"),
        (TOP, 1, 0, "rw"),
        (TOP - 1, 2, 0, "rw"),
        (0, 1, -1, "rw"),
        (0, 1, 0, ""),
    ],
)
def test_a_range_that_there_is_not_is_refused(
    bench: Any, address: int, size: int, offset: int, mode: str
) -> None:
    fd = bench.memfd(PAGE)
    assert refused(bench.map, address, size, fd, offset, mode) == errno.EINVAL


def test_the_last_byte_of_the_space_can_be_mapped(bench: Any) -> None:
    bench.map(TOP - PAGE, PAGE, bench.memfd(PAGE))
    bench.dma.write(TOP - 1, b"x")
    assert bench.dma.read(TOP - 2, 2) == b"\0x"
    assert refused(bench.dma.read, TOP - 1, 2) == errno.EFAULT


@pytest.mark.parametrize(
    ("address", "size"), [(0x1000, 0x2000), (0, 0x1001), (0x2FFF, 1), (0, 0x9000), (0x1800, 1)]
)
def test_mapping_over_a_region_is_refused(bench: Any, address: int, size: int) -> None:
    bench.map(0x1000, 0x2000)
    assert refused(bench.map, address, size, bench.memfd(0x9000)) == errno.EEXIST
    bench.map(0, 0x1000)
    bench.map(0x3000, 1)


def test_the_limit_of_regions_holds(bench: Any) -> None:
    for i in range(8):
        bench.map(i * PAGE, PAGE)
    assert refused(bench.map, 8 * PAGE, PAGE, bench.memfd(PAGE)) == errno.ENOSPC
    bench.dma.unmap(0, PAGE)
    bench.map(8 * PAGE, PAGE)


@pytest.mark.parametrize(("address", "size"), [(0, 1), (0x1000, 0x1000), (0x1800, 0x1800), (9, 9)])
def test_only_what_was_mapped_can_be_unmapped(bench: Any, address: int, size: int) -> None:
    bench.map(0x1000, 0x2000)
    assert refused(bench.dma.unmap, address, size) == errno.ENOENT
    bench.dma.unmap(0x1000, 0x2000)
    assert refused(bench.dma.unmap, 0x1000, 0x2000) == errno.ENOENT


def test_offsets_need_not_lie_on_pages(bench: Any) -> None:
    fd = bench.memfd(3 * PAGE + 10)
    os.pwrite(fd, b"hello", PAGE + 100)
    region = bench.map(0x5001, 2 * PAGE - 90, fd, offset=PAGE + 100)
    assert region.kind == "mapped"
    assert bench.dma.read(0x5001, 5) == b"hello"
    bench.dma.write(region.end - 1, b"!")
    assert os.pread(bench.kept[0], 2, 3 * PAGE + 9) == b"!"


def test_hooks_and_trace_hear_of_mapping_and_unmapping(bench: Any) -> None:
    one = bench.map(0, PAGE, mode="r")
    two = bench.map(PAGE, PAGE)
    bench.dma.unmap(0, PAGE)
    bench.dma.unmap_all()
    assert bench.heard == [
        ("dma.on_map", one),
        ("dma.on_map", two),
        ("dma.on_unmap", one),
        ("dma.on_unmap", two),
    ]
    events = [(e.kind, e.where, e.offset) for e in bench.subject.trace]
    assert events == [
        (Kind.DMA_MAP, "dma", 0),
        (Kind.DMA_MAP, "dma", PAGE),
        (Kind.DMA_UNMAP, "dma", 0),
        (Kind.DMA_UNMAP, "dma", PAGE),
    ]


def test_what_is_in_use_is_not_given_back(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    bench.map(PAGE, PAGE, bench.memfd(PAGE))
    with bench.dma.window(PAGE, 16):
        for call in (lambda: bench.dma.unmap(PAGE, PAGE), bench.dma.unmap_all):
            with pytest.raises(BusyError) as refusal:
                call()
            assert refusal.value.errno == errno.EBUSY
        assert len(bench.dma.regions) == 2
        bench.dma.unmap(0, PAGE)
    bench.dma.unmap(PAGE, PAGE)


def test_showing_dma_lists_the_regions(bench: Any) -> None:
    bench.map(0x1000, 0x1000, mode="r")
    assert repr(bench.dma) == "DMA: 1 regions\n<DMA 0x1000 to 0x2000 r-, messages>"


def test_a_successor_has_the_memory_and_the_messenger(bench: Any, new_bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    heir = new_bench()
    heir.dma.succeed(bench.dma)
    assert (bench.dma.regions, bench.dma.messenger) == (heir.dma.regions, bench.messenger)
    bench.dma.forget()
    heir.dma.write(0, b"x")
    assert heir.dma.messenger is bench.messenger
    assert (bench.dma.regions, bench.dma.messenger) == ((), None)
    heir.close()
