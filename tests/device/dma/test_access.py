import ctypes
import errno
import os
from pickle import PickleBuffer
from typing import Any

import pytest
import trio

from muserlab.device.errors import BusyError, DeadlockError, DmaError
from muserlab.trace import Kind, Trace

PAGE = 4096


def refused(call: Any, *args: Any) -> DmaError:
    with pytest.raises(DmaError) as refusal:
        call(*args)
    return refusal.value


def test_accesses_go_over_the_border_of_regions_that_touch(bench: Any) -> None:
    bench.map(0x1000, 0x1000, bench.memfd(PAGE))
    bench.map(0x2000, 8, bench.file(PAGE), offset=40)
    bench.map(0x2008, 0x1000, bench.memfd(PAGE))
    bench.dma.write(0x1FFE, b"ab01234567cd")
    assert bench.dma.read(0x1FFE, 12) == b"ab01234567cd"
    assert os.pread(bench.kept[1], 8, 40) == b"01234567"


def test_what_is_not_mapped_is_named_with_its_nearest_region(bench: Any) -> None:
    assert "no memory" in str(refused(bench.dma.read, 0, 1))
    bench.map(0x1000, 0x1000)
    bench.map(0x9000, 0x1000)
    error = refused(bench.dma.read, 0x2100, 4)
    assert error.errno == errno.EFAULT
    assert "nothing is mapped at 0x2100; the nearest region is <DMA 0x1000 to 0x2000" in str(error)
    assert "<DMA 0x9000" in str(refused(bench.dma.read, 0x8FFF, 1))


@pytest.mark.parametrize("region", range(3))
def test_transfers_within_a_region_and_across_its_border_are_the_same(
    bench: Any, region: int
) -> None:
    for start in range(0, 3 * PAGE, PAGE):
        bench.map(start, PAGE, bench.memfd(PAGE))
    data = bytes(i % 251 for i in range(PAGE))
    for at in (region * PAGE, max(region * PAGE - 100, 0)):
        bench.dma.write(at, data)
        assert bench.dma.read(at, PAGE) == data
        assert bench.subject.trace[-1].offset == at
    reads = sum(one.reads.total for one in bench.dma.regions)
    assert reads == 2 * PAGE


def test_directions_are_enforced_before_anything_is_written(bench: Any) -> None:
    bench.map(0, 16, bench.memfd(PAGE))
    bench.map(16, 16, bench.memfd(PAGE), mode="r")
    bench.map(32, 16, bench.memfd(PAGE), mode="w")
    assert refused(bench.dma.write, 15, b"xy").errno == errno.EACCES
    assert refused(bench.dma.read, 31, 2).errno == errno.EACCES
    assert bench.dma.read(0, 16) == bytes(16)
    bench.dma.write(32, b"z")
    assert os.pread(bench.kept[2], 1, 0) == b"z"


def test_nothing_is_read_and_written_anywhere(bench: Any) -> None:
    assert bench.dma.read(0x123, 0) == b""
    bench.dma.write(0x123, b"")
    assert refused(bench.dma.read, 0x123, -1).errno == errno.EINVAL


def test_the_trace_keeps_the_beginning_of_a_transfer(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    bench.dma.write(8, bytes(range(100)))
    bench.dma.read(8, 4)
    write, read = bench.subject.trace[-2:]
    assert (write.kind, write.offset, write.data) == (Kind.DMA_WRITE, 8, bytes(range(64)))
    assert write.note == "100 bytes"
    assert (read.kind, read.offset, read.data, read.note) == (Kind.DMA_READ, 8, b"\0\1\2\3", "")


def test_any_buffer_can_be_written(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    bench.map(PAGE, PAGE, bench.file(PAGE))
    for data in (
        bytearray(b"abcdefgh"),
        memoryview(b"abcdefgh"),
        memoryview(b"abcdefgh").cast("I"),
    ):
        bench.dma.write(PAGE - 4, data)
        assert bench.dma.read(PAGE - 4, 8) == b"abcdefgh"
        bench.dma.write(PAGE - 4, bytes(8))


# -- windows -----------------------------------------------------------------------------------


def test_a_window_is_the_clients_memory_itself(bench: Any) -> None:
    bench.map(0x1000, PAGE, bench.memfd(2 * PAGE), offset=100)
    with bench.dma.window(0x1010, 4) as view:
        view[:] = b"abcd"
        os.pwrite(bench.kept[0], b"Z", 117)
        assert bytes(view) == b"aZcd"
        assert (bench.dma.open_windows, bench.dma.busy) == (1, True)
    assert (bench.dma.open_windows, bench.dma.busy) == (0, False)
    assert os.pread(bench.kept[0], 4, 116) == b"aZcd"
    with pytest.raises(ValueError, match="released"):
        view[0]


def test_a_window_of_read_only_memory_is_read_only(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE), mode="r")
    bench.map(PAGE, PAGE, bench.memfd(PAGE), mode="w")
    with bench.dma.window(0, 4) as view, pytest.raises(TypeError):
        view[0] = 1
    assert refused(bench.dma.window(PAGE, 4).__enter__).errno == errno.EACCES


def test_a_window_lies_in_one_region_that_is_mapped(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    bench.map(PAGE, PAGE, bench.memfd(PAGE))
    bench.map(2 * PAGE, PAGE, bench.file(PAGE))
    bench.map(3 * PAGE, PAGE)
    assert refused(bench.dma.window(PAGE - 1, 2).__enter__).errno == errno.EINVAL
    assert refused(bench.dma.window(2 * PAGE, 1).__enter__).errno == errno.ENOTSUP
    assert refused(bench.dma.window(3 * PAGE, 1).__enter__).errno == errno.ENOTSUP
    assert refused(bench.dma.window(9 * PAGE, 1).__enter__).errno == errno.EFAULT
    assert not bench.dma.busy


def test_an_array_in_a_window_may_outlive_it(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    with bench.dma.window(0, 8) as view:
        # What numpy.frombuffer does: an object of its own that holds the view's buffer.
        array = (ctypes.c_uint32 * 2).from_buffer(view)
        array[1] = 0x64636261
    assert not bench.dma.busy
    assert os.pread(bench.kept[0], 4, 4) == b"abcd"
    assert array[1] == 0x64636261


@pytest.mark.parametrize("keep", [PickleBuffer, lambda view: view[1:]], ids=["array", "slice"])
def test_what_outlives_its_window_is_told_of_when_the_client_takes_the_memory_back(
    bench: Any, keep: Any
) -> None:
    told: list[str] = []
    bench.subject.host.announce = told.append
    bench.map(0, PAGE, bench.memfd(PAGE))
    bench.map(PAGE, PAGE, bench.memfd(PAGE))
    with bench.dma.window(0, 4) as view:
        kept = keep(view)
    with bench.dma.window(PAGE, 4) as view:
        memoryview(view).release()
    assert told == []
    bench.dma.unmap(0, PAGE)
    bench.dma.unmap(PAGE, PAGE)
    (line,) = told
    assert "took back <DMA 0x0 to 0x1000" in line
    assert bytes(memoryview(kept))[:3] == bytes(3), "the mapping lives as long as what shows it"


def test_a_client_that_leaves_takes_its_memory_out_from_under_a_window(bench: Any) -> None:
    bench.map(0, PAGE, bench.memfd(PAGE))
    with bench.dma.window(0, 4) as view:
        bench.dma.release()
        view[0] = 1
        assert bench.dma.regions == ()


# -- messages ----------------------------------------------------------------------------------


def test_a_synchronous_access_to_memory_by_messages_says_what_to_use(bench: Any) -> None:
    bench.map(0, 16, bench.memfd(PAGE))
    bench.map(16, 16)
    error = refused(bench.dma.read, 16, 4)
    assert isinstance(error, DeadlockError)
    assert error.errno == errno.EDEADLK
    assert "await dev.dma.aread" in str(error)
    assert "await dev.dma.awrite" in str(refused(bench.dma.write, 14, b"abcd"))
    assert bench.dma.read(14, 2) == b"\0\0"


def test_asynchronous_accesses_reach_memory_of_every_kind(bench: Any) -> None:
    bench.map(0, 16, bench.memfd(PAGE))
    bench.map(16, 16)
    bench.map(32, 16, bench.file(PAGE))

    async def go() -> None:
        await bench.dma.awrite(10, bytes(range(30)))
        assert await bench.dma.aread(10, 30) == bytes(range(30))

    trio.run(go)
    assert bench.dma.read(10, 6) == bytes(range(6))
    assert bench.messenger.memory == {16 + i: 6 + i for i in range(16)}
    assert [e.kind for e in bench.subject.trace[-3:-1]] == [Kind.DMA_WRITE, Kind.DMA_READ]


def test_the_trace_says_how_long_messages_took_and_nothing_of_shared_memory(bench: Any) -> None:
    now = 100
    trace = bench.subject.trace = Trace(clock=lambda: now)

    def answer_later() -> None:
        nonlocal now
        now += 30

    bench.messenger.before = answer_later
    bench.map(0, 16, bench.memfd(PAGE))
    bench.map(16, 16)

    async def go() -> None:
        await bench.dma.awrite(0, bytes(16))
        await bench.dma.awrite(16, bytes(16))
        await bench.dma.aread(8, 16)

    trio.run(go)
    transfers = [event for event in trace if event.kind in {Kind.DMA_READ, Kind.DMA_WRITE}]
    assert [(event.began_ns, event.took_ns) for event in transfers] == [
        (100, None),
        (100, 30),
        (130, 30),
    ]


def test_a_client_that_waits_for_us_is_not_asked(bench: Any) -> None:
    bench.map(0, 16)
    bench.messenger.blocked = "the client waits for a read of bar0"
    with pytest.raises(DeadlockError, match="waits for a read of bar0"):
        trio.run(bench.dma.aread, 0, 4)
    bench.dma.messenger = None
    with pytest.raises(DmaError) as refusal:
        trio.run(bench.dma.awrite, 0, b"data")
    assert refusal.value.errno == errno.ENOTCONN
    assert not bench.dma.busy


def test_memory_in_flight_is_busy_and_is_not_given_back(bench: Any) -> None:
    bench.map(0, 16)
    seen: list[bool] = []

    def try_to_unmap() -> None:
        seen.append(bench.dma.busy)
        with pytest.raises(BusyError):
            bench.dma.unmap(0, 16)

    bench.messenger.before = try_to_unmap
    trio.run(bench.dma.aread, 0, 4)
    assert seen == [True]
    assert not bench.dma.busy
    bench.dma.unmap(0, 16)


def test_a_client_that_leaves_ends_a_transfer_under_way(bench: Any) -> None:
    bench.map(0, 16)
    bench.map(16, 16, bench.memfd(PAGE))
    bench.messenger.before = bench.dma.release
    with pytest.raises(DmaError) as refusal:
        trio.run(bench.dma.aread, 8, 16)
    assert refusal.value.errno == errno.ENOTCONN


def test_an_error_of_the_client_comes_through_and_leaves_nothing_in_flight(bench: Any) -> None:
    bench.map(0, 16)

    def refuse() -> None:
        raise DmaError("the client refused", errno.ENODEV)

    bench.messenger.before = refuse
    with pytest.raises(DmaError, match="the client refused"):
        trio.run(bench.dma.awrite, 0, b"data")
    assert not bench.dma.busy
