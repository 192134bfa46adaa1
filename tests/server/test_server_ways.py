"""Ways of the fast lane that were found before a change: every access meets what is now."""

import math
import struct
from typing import Any

import pytest

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.proto import SLACK, Begun, Command, Lane, Outbox
from muserlab.regs import RW
from muserlab.trace import Trace


class Bar(BAR, size=0x8000):
    REG = RW(0x00)
    PATCHER = RW(0x04)
    MEMORY = Memory(0x1000, 0x7000)


def device() -> PCIDevice:
    return PCIDevice("device", id=(0x1234, 1), bar0=Bar)


class Carrier:
    """A lane that leads to a device's BAR 0."""

    def __init__(self, dev: PCIDevice) -> None:
        self.outbox = Outbox()
        self.lane = Lane(self.outbox)
        self.lane.lead_to({0: dev.bar0}, 0x1000)

    def carry(self, *messages: bytes) -> tuple[bytes, Begun | None]:
        """Have messages carried out that came together; return the replies' bytes."""
        stream = b"".join(messages)
        _, begun = self.lane.carry_out(bytearray(stream + bytes(SLACK)), 0, len(stream), math.inf)
        replies = bytes(self.outbox.room[: self.outbox.filled])
        self.outbox.clear()
        return replies, begun

    def value(self, offset: int) -> int:
        """Return what 4 bytes read as."""
        replies, begun = self.carry(read(offset))
        assert begun is None
        assert len(replies) == 36
        return int.from_bytes(replies[32:], "little")


def read(offset: int) -> bytes:
    return struct.pack("=HHIIIQII", 1, Command.REGION_READ, 32, 0, 0, offset, 0, 4)


def write(offset: int, value: int) -> bytes:
    head = struct.pack("=HHIIIQII", 2, Command.REGION_WRITE, 36, 0, 0, offset, 0, 4)
    return head + value.to_bytes(4, "little")


def a_register(dev: PCIDevice) -> Any:
    return dev.bar0.REG


def a_range(dev: PCIDevice) -> Any:
    return dev.bar0[0x00:0x04]


def a_region(dev: PCIDevice) -> Any:
    return dev.bar0


@pytest.mark.parametrize("site", [a_register, a_range, a_region])
def test_a_hook_is_met_from_the_next_access_on_until_it_is_cleared(site: Any) -> None:
    dev = device()
    carrier, place = Carrier(dev), site(dev)
    seen = [carrier.value(0x00)]
    place.on_read(lambda dev, *args: 7)
    seen += [carrier.value(0x00), carrier.value(0x00)]
    place.on_read.clear()
    seen.append(carrier.value(0x00))
    assert seen == [0, 7, 7, 0]


@pytest.mark.parametrize("site", [a_register, a_range, a_region])
def test_a_hook_on_writes_is_met_from_the_next_access_on(site: Any) -> None:
    dev = device()
    carrier, written = Carrier(dev), list[Any]()
    carrier.carry(write(0x00, 1))
    site(dev).on_write(lambda dev, *args: written.append(args))
    carrier.carry(write(0x00, 2))
    assert len(written) == 1


def test_what_an_access_patches_is_met_by_the_one_behind_it() -> None:
    dev = device()
    carrier = Carrier(dev)
    assert carrier.value(0x00) == 0

    @dev.bar0.PATCHER.on_write  # type: ignore[untyped-decorator]
    def patch(dev: PCIDevice, new: int, old: int) -> None:
        dev.bar0[0x00:0x04].on_read(lambda dev, offset, count: new)

    replies, _ = carrier.carry(read(0x00), write(0x04, 9), read(0x00))
    assert (replies[32:36], replies[-4:]) == (bytes(4), b"\x09\0\0\0")


def test_a_breakpoint_sees_the_next_access() -> None:
    dev = device()
    carrier, asked = Carrier(dev), list[Any]()
    assert carrier.value(0x00) == 0
    point = dev.break_on(dev.bar0.REG, read=True, when=lambda new, old: asked.append(old))
    assert carrier.value(0x00) == 0
    point.remove()
    assert carrier.value(0x00) == 0
    assert asked == [0]


def test_another_trace_records_the_next_access() -> None:
    dev = device()
    carrier, former, other = Carrier(dev), dev.trace, Trace()
    carrier.value(0x00)
    dev.record_to(other)
    carrier.value(0x00)
    carrier.carry(write(0x00, 1))
    assert (len(former), len(other)) == (1, 2)


def test_a_way_that_cannot_be_found_leaves_the_access_to_others() -> None:
    class Broken:
        def reader(self, offset: int, count: int, /) -> Any:
            raise MemoryError

    dev = device()
    carrier = Carrier(dev)
    carrier.lane.lead_to({0: dev.bar0, 1: Broken()}, 0x1000)  # type: ignore[dict-item]
    other = struct.pack("=HHIIIQII", 3, Command.REGION_READ, 32, 0, 0, 0, 1, 4)
    stream = read(0x00) + other
    assert carrier.lane.carry_out(bytearray(stream + bytes(SLACK)), 0, 64, math.inf) == (32, None)
    assert carrier.outbox.filled == 36


def test_another_device_answers_once_the_lane_leads_there() -> None:
    old, new = device(), device()
    new.bar0.REG.poke(5)
    carrier = Carrier(old)
    before = carrier.value(0x00)
    carrier.lane.lead_to({0: new.bar0}, 0x1000)
    assert (before, carrier.value(0x00)) == (0, 5)


def test_more_places_than_are_remembered_are_told_apart() -> None:
    dev = device()
    offsets = range(0x1000, 0x8000, 4)
    for offset in offsets:
        dev.bar0.poke(offset, offset.to_bytes(4, "little"))
    carrier = Carrier(dev)
    for _ in range(2):
        assert [carrier.value(offset) for offset in offsets] == list(offsets)
