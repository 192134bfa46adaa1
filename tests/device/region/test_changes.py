"""What a client writes to memory that it mapped is found by comparing snapshots."""

import mmap
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device import BAR, InlineHost, PCIDevice
from muserlab.device.region.changes import Watch
from muserlab.device.region.storage import PAGE
from muserlab.regs import RW

BUF = 0x1000


@pytest.fixture
def mapped(dev: PCIDevice) -> Iterator[mmap.mmap]:
    """The device's memory, as a client has it."""
    region = dev.region(0)
    assert region.fd is not None
    with mmap.mmap(region.fd, region.size) as memory:
        yield memory


@pytest.fixture
def changes(dev: PCIDevice) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    dev.bar0.BUF.on_change(lambda dev, offset, data: found.append((offset, data)))
    dev.bar0.poller.scan()
    return found


def test_a_changed_span_is_told_once_in_whole_words(
    dev: PCIDevice, mapped: mmap.mmap, changes: list[Any]
) -> None:
    mapped[BUF + 0x12] = 0xAA
    mapped[BUF + 0x100 : BUF + 0x108] = b"abcdefgh"
    dev.bar0.poller.scan()
    assert changes == [(BUF + 0x10, b"\0\0\xaa\0"), (BUF + 0x100, b"abcdefgh")]
    assert [event.kind for event in dev.trace[-2:]] == ["change", "change"]
    dev.bar0.poller.scan()
    assert len(changes) == 2


def test_pokes_are_no_changes_but_a_clients_messages_are(
    dev: PCIDevice, bus: Any, changes: list[Any]
) -> None:
    dev.bar0.BUF.poke(b"poked")
    dev.bar0[BUF + 0x20 : BUF + 0x30].poke(bytes(range(16)))
    bus.write(BUF + 0x40, 0x11223344)
    dev.bar0.poller.scan()
    assert changes == [(BUF + 0x40, b"\x44\x33\x22\x11")]


def test_each_hook_is_told_of_its_own_range(
    dev: PCIDevice, mapped: mmap.mmap, changes: list[Any]
) -> None:
    small: list[Any] = []
    dev.bar0[BUF + 4 : BUF + 6].on_change(lambda dev, offset, data: small.append((offset, data)))
    mapped[BUF : BUF + 8] = b"abcdefgh"
    dev.bar0.poller.scan()
    assert small == [(BUF + 4, b"ef")]
    assert changes == [(BUF, b"abcdefgh")]


def test_a_hook_that_fails_keeps_no_other_from_being_told(
    dev: PCIDevice, mapped: mmap.mmap, changes: list[Any], host: Any
) -> None:
    @dev.bar0[BUF : BUF + 4].on_change
    def broken(dev: PCIDevice, offset: int, data: bytes) -> None:
        raise ValueError

    mapped[BUF] = 1
    dev.bar0.poller.scan()
    assert changes == [(BUF, b"\1\0\0\0")]
    assert len(host.failures) == 1


def test_polling_runs_while_a_client_is_connected(
    dev: PCIDevice, mapped: mmap.mmap, changes: list[Any], host: Any
) -> None:
    dev.connect("tester")
    dev.bar0.poll_every(0.25)
    assert [job.seconds for job in host.jobs if not job.cancelled] == [0.25]
    mapped[BUF] = 1
    host.tick()
    assert len(changes) == 1
    dev.disconnect()
    assert all(job.cancelled for job in host.jobs)


def test_what_a_client_writes_right_after_it_came_and_before_it_leaves_is_told(
    dev: PCIDevice, mapped: mmap.mmap, changes: list[Any]
) -> None:
    mapped[BUF] = 1  # before it came: what it finds is no change
    dev.connect("first")
    mapped[BUF + 4] = 2
    dev.bar0.poller.scan()
    mapped[BUF + 8] = 3
    dev.disconnect()
    told = [(BUF + 4, b"\2\0\0\0"), (BUF + 8, b"\3\0\0\0")]
    assert changes == told
    dev.connect("second")
    dev.bar0.poller.scan()
    assert changes == told


def test_only_pages_that_somebody_hears_of_are_kept() -> None:
    class Large(BAR, size=1 << 20, mappable=True):
        pass

    dev: Any = PCIDevice("large", id=(0x1234, 1), bar0=Large)
    dev.bar0[0x3000:0x3004].on_change(lambda dev, offset, data: None)
    dev.bar0.poller.scan()
    (watch,) = dev.bar0.poller.watches
    assert watch.pages == (0x3000,)


def test_nothing_is_polled_until_somebody_wants_to_hear(dev: PCIDevice, host: Any) -> None:
    dev.connect("tester")
    assert host.jobs == []
    dev.bar0.on_change(lambda dev, offset, data: None)
    dev.bar0[BUF : BUF + 4].on_change(lambda dev, offset, data: None)
    assert len(host.jobs) == 1
    assert not host.jobs[0].cancelled


def test_polling_moves_with_the_device_to_another_host(
    dev: PCIDevice, changes: list[Any], host: Any
) -> None:
    dev.connect("tester")
    other = type(host)()
    dev.host = other
    assert all(job.cancelled for job in host.jobs)
    assert len(other.jobs) == 1
    dev.host = InlineHost()
    assert all(job.cancelled for job in other.jobs)


def test_an_async_change_hook_is_awaited(
    dev: PCIDevice, mapped: mmap.mmap, pause: Any, host: Any
) -> None:
    told: list[bytes] = []

    @dev.bar0.on_change
    async def slow(dev: PCIDevice, offset: int, data: bytes) -> None:
        await pause()
        told.append(data)

    dev.connect("tester")
    host.tick()
    mapped[BUF] = 1
    host.tick()
    assert told == [b"\1\0\0\0"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * PAGE - 9), st.binary(min_size=1, max_size=9), st.booleans()),
        max_size=6,
    )
)
def test_every_foreign_byte_that_differs_is_in_one_change(
    writes: list[tuple[int, bytes, bool]],
) -> None:
    memory = mmap.mmap(-1, 4 * PAGE)
    watch = Watch(memory, PAGE, 4 * PAGE)
    watch.watch(((PAGE, 4 * PAGE),))
    known = bytearray(memory[:])
    for offset, data, own in writes:
        where = slice(PAGE + offset, PAGE + offset + len(data))
        if own:
            watch[where] = data
            known[where] = data
        else:
            memory[where] = data
    covered: set[int] = set()
    for at, data in watch.changes():
        span = set(range(at, at + len(data)))
        assert not span & covered
        assert at % 4 == len(data) % 4 == 0
        assert memory[at : at + len(data)] == data
        covered |= span
    assert all(i in covered for i in range(4 * PAGE) if memory[i] != known[i])
    assert all(memory[i : i + 4] != known[i : i + 4] for i in covered if i % 4 == 0)
    assert list(watch.changes()) == []


def test_a_bar_that_is_mappable_as_a_whole_is_watched_as_a_whole() -> None:
    class Screen(BAR, size=2 * PAGE, mappable=True):
        pass

    dev = PCIDevice("screen", id=(0x1234, 2), bar0=Screen)
    found: list[int] = []
    dev.bar0.on_change(lambda dev, offset, data: found.append(offset))
    dev.bar0.poller.scan()
    dev.region(0).write(PAGE + 4, b"x")
    dev.bar0.poller.scan()
    assert found == [PAGE + 4]


def test_a_reset_is_no_change() -> None:
    class Doorbells(BAR, size=PAGE, mappable=True):
        BELL = RW(0x10, reset=3)

    dev = PCIDevice("bells", id=(0x1234, 2), bar0=Doorbells)
    found: list[int] = []
    dev.bar0.on_change(lambda dev, offset, data: found.append(offset))
    dev.bar0.BELL.poke(9)
    dev.bar0.poller.scan()
    dev.reset()
    dev.bar0.poller.scan()
    assert dev.bar0.BELL.peek() == 3
    assert found == []


def test_only_ranges_that_a_client_can_map_have_on_change(dev: PCIDevice) -> None:
    for span in (dev.bar0.BUF, dev.bar0[0xFF0:0x1010], dev.bar0):
        assert not span.on_change
    with pytest.raises(AttributeError, match=r"bar0\[0x0:0x1000\] has no on_change"):
        _ = dev.bar0[0:0x1000].on_change
