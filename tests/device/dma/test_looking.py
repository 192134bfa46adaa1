"""The client's memory as people look at it: no access, no message, no page of it touched."""

import errno
import os
from typing import Any

import pytest

from muserlab.device.errors import DmaError
from muserlab.device.memory import Place

PAGE = 4096
GIB = 1 << 30


def refused(call: Any, *args: Any) -> int:
    with pytest.raises(DmaError) as refusal:
        call(*args)
    return refusal.value.errno


@pytest.fixture
def mapped(bench: Any) -> Any:
    """Memory of every kind: 0 and 1 touch, then a hole, then messages, then what is write-only."""
    bench.map(0 * PAGE, PAGE, bench.memfd(PAGE))
    bench.map(1 * PAGE, PAGE, bench.file(PAGE))
    bench.map(4 * PAGE, PAGE)
    bench.map(8 * PAGE, PAGE, bench.memfd(PAGE), mode="w")
    bench.map(9 * PAGE, PAGE, bench.memfd(PAGE), mode="r")
    bench.subject.trace.clear()
    return bench


def test_peeks_and_pokes_go_over_borders_and_leave_no_trace(mapped: Any) -> None:
    mapped.dma.poke(PAGE - 2, b"over")
    assert mapped.dma.peek(PAGE - 3, 6) == b"\0over\0"
    assert os.pread(mapped.kept[1], 2, 0) == b"er"
    assert len(mapped.subject.trace) == 0
    assert all(region.reads.count == 0 for region in mapped.dma.regions)


def test_what_would_be_an_access_is_not_done(mapped: Any) -> None:
    mapped.messenger.before = lambda: pytest.fail("a message was sent")
    for call in (lambda: mapped.dma.peek(4 * PAGE, 1), lambda: mapped.dma.poke(4 * PAGE, b"x")):
        with pytest.raises(DmaError, match="cannot be looked at: it takes messages"):
            call()


def test_holes_and_directions_are_respected(mapped: Any) -> None:
    assert refused(mapped.dma.peek, 2 * PAGE - 1, 2) == errno.EFAULT
    assert refused(mapped.dma.peek, 8 * PAGE, 1) == errno.EACCES
    assert refused(mapped.dma.poke, 9 * PAGE, b"x") == errno.EACCES
    mapped.dma.poke(8 * PAGE, b"x")
    assert os.pread(mapped.kept[2], 1, 0) == b"x"


def test_the_space_has_what_can_be_read(mapped: Any) -> None:
    memory = mapped.dma.memory
    assert list(memory.readable()) == [(0, 2 * PAGE), (9 * PAGE, 10 * PAGE)]
    assert list(memory.hidden()) == [
        (4 * PAGE, 5 * PAGE, "takes messages: not readable without an access"),
        (8 * PAGE, 9 * PAGE, "the device may only write it"),
    ]
    assert list(memory.places(PAGE, 5 * PAGE)) == [
        Place(PAGE, 2 * PAGE, "DMA 0x1000 rw, file", "memory"),
        Place(4 * PAGE, 5 * PAGE, "DMA 0x4000 rw, messages", "memory"),
    ]
    assert list(memory.pieces(PAGE - 1, PAGE + 1)) == [(PAGE - 1, PAGE), (PAGE, PAGE + 1)]
    assert memory.locate("0x123") == 0x123
    assert repr(memory).splitlines()[0] == "dma: 0x3000 bytes"


def test_memory_that_was_taken_back_cannot_be_looked_at(mapped: Any) -> None:
    region = mapped.dma.regions[0]
    memory = region.memory
    mapped.dma.unmap(0, PAGE)
    with pytest.raises(DmaError, match="the client took it back"):
        region.shared()
    with pytest.raises(DmaError, match="taken the memory back"):
        memory.file.peek(0, 1)


def test_a_gibibyte_is_searched_without_giving_it_pages(bench: Any) -> None:
    bench.map(4 * GIB, GIB, bench.memfd(GIB))
    os.pwrite(bench.kept[0], b"needle", GIB - 6)
    assert bench.dma.memory.find(b"needle") == 5 * GIB - 6
    assert bench.dma.memory.find(b"absent") is None
    assert bench.dma.peek(4 * GIB + 0x10000, 4) == bytes(4)
    assert os.fstat(bench.kept[0]).st_blocks * 512 <= 2 * PAGE


def test_a_match_may_begin_in_one_region_and_end_in_the_next(mapped: Any) -> None:
    mapped.dma.poke(PAGE - 3, b"needle")
    assert mapped.dma.memory.find(b"needle") == PAGE - 3
    assert mapped.dma.memory.find(b"needle", backwards=True) == PAGE - 3


def test_a_file_that_shrank_is_told(bench: Any) -> None:
    bench.map(0, 2 * PAGE, bench.memfd(2 * PAGE, seals=0))
    os.ftruncate(bench.kept[0], PAGE)
    assert refused(bench.dma.peek, PAGE, 1) == errno.EFAULT


def test_what_the_device_touched_is_counted_and_marked(bench: Any) -> None:
    region = bench.map(0, 256 * PAGE, bench.memfd(256 * PAGE))
    bench.dma.read(3 * PAGE, 16)
    bench.dma.write(5 * PAGE - 1, bytes(PAGE))
    with bench.dma.window(9 * PAGE, 8):
        pass
    assert (region.reads.count, region.reads.total, region.reads.step) == (2, 24, PAGE)
    assert [at for at, mark in enumerate(region.reads.marks) if mark] == [3, 9]
    assert (region.writes.count, region.writes.total) == (2, PAGE + 8)
    assert [at for at, mark in enumerate(region.writes.marks) if mark] == [4, 5, 9]


@pytest.mark.parametrize("size", [1, 255, 256, 257, PAGE + 1])
def test_the_last_byte_of_any_region_has_its_mark(bench: Any, size: int) -> None:
    region = bench.map(0, size, bench.memfd(size))
    bench.dma.read(0, size)
    bench.dma.write(size - 1, b"x")
    reads, writes = region.reads, region.writes
    assert sum(reads.marks) == (size - 1) // reads.step + 1
    assert writes.marks.index(1) == (size - 1) // writes.step


def test_what_takes_messages_is_counted_too(bench: Any) -> None:
    import trio

    region = bench.map(0, PAGE)
    trio.run(bench.dma.awrite, 16, b"abc")
    trio.run(bench.dma.aread, 16, 3)
    assert (region.reads.total, region.writes.total) == (3, 3)
