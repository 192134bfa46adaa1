"""Hooks answer from the smallest place to the largest, and PASS what they do not want."""

from typing import Any

import pytest

from muserlab.device import BAR, PASS, PCIDevice, RegionError
from muserlab.live import PatchError, WrongAnswer
from muserlab.regs import RO, RW, Block, RegisterFile, bit, bits


def test_a_write_hook_sees_what_was_stored_and_what_was_before(dev: PCIDevice, bus: Any) -> None:
    seen: list[Any] = []

    @dev.bar0.STAT.on_write
    def note(dev: PCIDevice, new: Any, old: Any) -> None:
        seen.append((dev.name, int(new), int(old), new.done, int(dev.bar0.STAT.peek())))

    dev.bar0.STAT.poke(0x13)
    bus.write(0x10, 0x01)
    assert seen == [("adder", 0x12, 0x13, 0, 0x12)]


def test_a_read_hook_may_answer_otherwise(dev: PCIDevice, bus: Any) -> None:
    dev.bar0.SUM.poke(5)
    dev.bar0.SUM.on_read(lambda dev, value: value + 1)
    assert bus.read(0x0C) == 6
    assert bus.read(0x0D, 1) == 0
    assert dev.bar0.SUM.peek() == 5
    dev.bar0.SUM.on_read(lambda dev, value: None)
    assert bus.read(0x0C) == 5


def test_fields_are_asked_from_bit_0_up_and_then_the_register(dev: PCIDevice, bus: Any) -> None:
    calls: list[tuple[str, int]] = []
    for place in (dev.bar0.CTRL, dev.bar0.CTRL.stop, dev.bar0.CTRL.go):
        name = repr(place).partition("=")[0]
        place.on_write(lambda dev, new, old, name=name: calls.append((name, int(new))))
    bus.write(0x08, 0x10)
    assert calls == [("CTRL.go", 0), ("CTRL.stop", 1), ("CTRL", 0x10)]
    calls.clear()
    bus.write(0x09, 0xFF, count=1)
    assert calls == [("CTRL", 0xFF10)]


def test_a_field_read_hook_changes_its_bits_only(dev: PCIDevice, bus: Any) -> None:
    dev.bar0.CTRL.poke(0x8000_0001)
    dev.bar0.CTRL.stop.on_read(lambda dev, value: 3)
    assert bus.read(0x08) == 0x8000_0011


class ChannelFile(RegisterFile):
    CTRL = RW(0x0, on=bit(0), mode=bits(3, 1))
    DATA = RO(0x4, count=2)


class ChannelBar(BAR, size=256):
    CH = Block(0x40, ChannelFile, count=3, stride=0x10)


def test_an_arrays_hook_meets_every_element_and_an_elements_own_comes_first(bus_of: Any) -> None:
    dev = PCIDevice("channels", id=(0x1234, 2), bar0=ChannelBar)
    bus = bus_of(dev)
    calls: list[Any] = []
    dev.bar0.CH.CTRL.on_write(lambda dev, new, old: calls.append(("any", new.index)))
    dev.bar0.CH[1].CTRL.on_write(lambda dev, new, old: calls.append(("one", new.index)))
    dev.bar0.CH.CTRL.mode.on_write(lambda dev, new, old: calls.append((int(new), new.index)))
    dev.bar0.CH.DATA.on_read(lambda dev, value: 10 * value.index[0] + value.index[1])
    bus.write(0x40, 0)
    bus.write(0x50, 6)
    assert calls == [(0, (0,)), ("any", (0,)), (3, (1,)), ("one", (1,))]
    assert [bus.read(0x44), bus.read(0x58), bus.read(0x68)] == [0, 11, 21]


def test_the_smallest_range_is_asked_first_then_the_region_then_the_register(
    dev: PCIDevice, bus: Any
) -> None:
    calls: list[str] = []

    def passing(name: str) -> Any:
        return lambda dev, offset, count: calls.append(name) or PASS

    dev.bar0.on_read(passing("region"))
    dev.bar0[0x00:0x100].on_read(passing("large"))
    dev.bar0[0x08:0x10].on_read(passing("small"))
    dev.bar0.CTRL.on_read(lambda dev, value: calls.append("register"))
    dev.bar0.CTRL.poke(7)
    assert bus.read(0x08) == 7
    assert calls == ["small", "large", "region", "register"]
    dev.bar0[0x08:0x10].on_read(lambda dev, offset, count: 0x1_2345)
    assert bus.read(0x08) == 0x1_2345
    assert bus.read(0x08, 1) == 0x45
    assert calls == ["small", "large", "region", "register"]


def test_an_access_is_cut_at_the_borders_of_hooked_ranges(dev: PCIDevice, bus: Any) -> None:
    seen: list[tuple[int, bytes]] = []
    dev.bar0[0x02:0x06].on_write(lambda dev, offset, data: seen.append((offset, data)))
    bus.write_bytes(0x00, b"abcdefgh")
    assert seen == [(2, b"cdef")]
    assert dev.bar0.A.peek() == int.from_bytes(b"ab\0\0", "little")
    assert dev.trace[-1].data == b"abcdefgh"


def test_a_region_hook_may_answer_for_undeclared_offsets(dev: PCIDevice, bus: Any) -> None:
    dev.bar0.on_read(lambda dev, offset, count: bytes([offset & 0xFF] * count))
    assert bus.read_bytes(0x801, 3) == b"\x01\x01\x01"


def test_a_hook_with_the_wrong_arguments_is_refused(dev: PCIDevice) -> None:
    with pytest.raises(PatchError, match=r"CTRL\.on_write"):
        dev.bar0.CTRL.on_write(lambda dev, value: None)
    with pytest.raises(PatchError, match=r"bar0\[0x0:0x10\]\.on_read"):
        dev.bar0[0:0x10].on_read(lambda dev: None)


def test_a_raw_hook_that_fails_gives_an_error_reply_and_keeps_serving(
    dev: PCIDevice, bus: Any, host: Any
) -> None:
    @dev.bar0.on_read
    def broken(dev: PCIDevice, offset: int, count: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(RegionError, match=r"bar0\.on_read failed") as caught:
        bus.read(0x00)
    assert caught.value.errno == 5
    assert [type(failure.exception) for failure in host.failures] == [ZeroDivisionError]
    assert "failed" in dev.trace[-1].note
    dev.bar0.on_read.clear()
    assert bus.read(0x00) == 0


@pytest.mark.parametrize("answer", [None, "7", b"too long for four"])
def test_a_raw_hooks_senseless_answer_is_a_failure_told_once(
    dev: PCIDevice, bus: Any, host: Any, answer: object
) -> None:
    dev.bar0.on_read(lambda dev, offset, count: answer)
    for _ in range(2):
        with pytest.raises(RegionError, match=r"bar0\.on_read failed"):
            bus.read(0x00)
    (failure,) = host.failures
    assert failure.count == 2
    assert "want 4 bytes, an int or PASS" in str(failure)
    assert failure.exception.__traceback__ is None


def test_a_guest_never_sees_a_version_whose_answer_makes_no_sense(
    dev: PCIDevice, bus: Any, host: Any, pause: Any
) -> None:
    async def short(dev: PCIDevice, offset: int, count: int) -> bytes:
        dev.bar0.A.poke(99)
        await pause()
        return b"short"

    def senseless(dev: PCIDevice, value: int) -> str:
        dev.bar0.A.poke(99)
        return "seven"

    for hook, good, broken in (
        (dev.bar0[0x800:0x900].on_read, lambda dev, offset, count: 7, short),
        (dev.bar0.SUM.on_read, lambda dev, value: 7, senseless),
        (dev.bar0.CH[1].on.on_read, lambda dev, value: 1, senseless),
    ):
        hook(good)
        hook(broken)
        assert hook.current.function is broken
    assert [bus.read(0x800), bus.read(0x0C), bus.read(0x24)] == [7, 7, 1]
    assert dev.bar0.A.peek() == 0
    assert [failure.restored.number for failure in host.failures] == [1, 1, 1]


def test_a_register_hook_that_fails_leaves_what_was_stored(
    dev: PCIDevice, bus: Any, host: Any
) -> None:
    @dev.bar0.A.on_write
    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        raise ValueError(new)

    dev.bar0.A.on_read(lambda dev, value: "seven")
    with pytest.raises(RegionError, match=r"A\.on_write failed"):
        bus.write(0x00, 7)
    with pytest.raises(RegionError, match=r"A\.on_read failed"):
        bus.read(0x00)
    assert dev.bar0.A.peek() == 7
    assert host.failures[0].remedy == "the client got EIO"
    assert [type(failure.exception) for failure in host.failures] == [ValueError, WrongAnswer]


def test_the_version_before_answers_for_a_broken_one_whose_pokes_are_undone(
    dev: PCIDevice, bus: Any
) -> None:
    def good(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(dev.bar0.SUM.peek() + new)

    def broken(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(0xDEAD)
        dev.bar0.CTRL.poke(go=1)
        dev.bar0[0x1000:0x1010].poke(b"half done")
        raise KeyError("oops")

    dev.bar0.SUM.poke(100)
    dev.bar0.A.on_write(good)
    dev.bar0.A.on_write(broken)
    bus.write(0x00, 11)
    assert dev.bar0.SUM.peek() == 111
    assert dev.bar0.CTRL.go.peek() == 0
    assert dev.bar0.BUF.peek()[:9] == bytes(9)
    assert dev.bar0.A.peek() == 11
    assert dev.bar0.A.on_write.current.function is good


def test_a_registers_hook_sees_what_the_bus_carried_in_the_bytes_written(
    dev: PCIDevice, bus: Any
) -> None:
    seen: list[tuple[int, int, int]] = []
    dev.bar0.SUM.on_write(lambda dev, new, old: seen.append((new, new.written, old)))
    dev.bar0.STAT.on_write(lambda dev, new, old: seen.append((new, new.written.done, old)))
    dev.bar0.SUM.poke(0x1111_1111)
    dev.bar0.STAT.poke(done=1)
    bus.write(0x0C, 0xC7)
    bus.write(0x0D, 0xABC, 2)
    bus.write(0x10, 1)
    bus.write(0x10, 1)
    assert seen == [
        (0x1111_1111, 0xC7, 0x1111_1111),
        (0x1111_1111, 0xABC00, 0x1111_1111),
        (0, 1, 1),
        (0, 1, 0),
    ]


def test_only_the_new_value_of_a_register_has_what_was_written(dev: PCIDevice, bus: Any) -> None:
    fields: list[int] = []
    dev.bar0.CTRL.go.on_write(lambda dev, new, old: fields.extend((new, old)))
    bus.write(0x08, 1)
    assert [type(value) for value in fields] == [int, int]
    with pytest.raises(AttributeError, match="only the new value that the register's on_write"):
        _ = dev.bar0.CTRL.peek().written
