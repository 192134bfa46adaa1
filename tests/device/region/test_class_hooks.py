"""Hooks on a class stand behind those of each device that has it, present and future."""

import gc
import weakref
from typing import Any

from muserlab.device import BAR, PCIDevice
from muserlab.live import Batch
from muserlab.regs import RW, Block, RegisterFile, bit


def device(bar: type[BAR]) -> PCIDevice:
    return PCIDevice("one", id=(0x1234, 2), bar0=bar)


def test_a_class_hook_meets_devices_made_before_and_after(adder_bar: Any, bus_of: Any) -> None:
    before = device(adder_bar)

    @adder_bar.A.on_write
    def double(dev: PCIDevice, new: int, old: int) -> None:
        dev.bar0.SUM.poke(2 * new)

    after = device(adder_bar)
    for one in (before, after):
        bus_of(one).write(0x00, 21)
        assert one.bar0.SUM.peek() == 42


def test_a_devices_own_hook_comes_first_and_its_undo_uncovers_the_class(
    adder_bar: Any, bus_of: Any
) -> None:
    one, other = device(adder_bar), device(adder_bar)
    adder_bar.A.on_read(lambda dev, value: 1)
    one.bar0.A.on_read(lambda dev, value: 2)
    assert (bus_of(one).read(0), bus_of(other).read(0)) == (2, 1)
    one.bar0.A.on_read.undo()
    assert bus_of(one).read(0) == 1


def test_fields_elements_ranges_and_whole_regions_have_class_hooks_too(
    bus_of: Any, adder_bar: Any
) -> None:
    one = device(adder_bar)
    calls: list[str] = []
    adder_bar.CTRL.go.on_write(lambda dev, new, old: calls.append("go"))
    adder_bar.CH.on_write(lambda dev, new, old: calls.append("CH"))
    adder_bar.CH[2].on_write(lambda dev, new, old: calls.append("CH[2]"))
    adder_bar[0x800:0x900].on_write(lambda dev, offset, data: calls.append("range"))
    adder_bar.BUF.on_read(lambda dev, offset, count: calls.append("BUF") or 0)
    bus = bus_of(one)
    for offset in (0x08, 0x20, 0x28, 0x800):
        bus.write(offset, 1)
    bus.read(0x1000)
    assert calls == ["go", "CH", "CH[2]", "range", "BUF"]
    adder_bar.on_write(lambda dev, offset, data: calls.append("all"))
    bus.write(0x00, 1)
    assert calls[-1] == "all"


def test_a_subclass_inherits_hooks_and_may_have_its_own(adder_bar: Any, bus_of: Any) -> None:
    class Better(adder_bar):  # type: ignore[misc]  # a class made by a fixture
        EXTRA = RW(0x40)

    one = device(Better)
    adder_bar.A.on_read(lambda dev, value: 1)
    assert bus_of(one).read(0) == 1
    Better.A.on_read(lambda dev, value: 2)
    assert bus_of(one).read(0) == 2
    assert bus_of(device(adder_bar)).read(0) == 1
    Better.A.on_read.undo()
    assert bus_of(one).read(0) == 1


def test_a_subclass_may_drop_what_a_class_hook_is_at(adder_bar: Any, bus_of: Any) -> None:
    adder_bar.CTRL.go.on_write(lambda dev, new, old: None)
    adder_bar.CH.on_write(lambda dev, new, old: None)

    class Plainer(adder_bar):  # type: ignore[misc]  # a class made by a fixture
        CTRL = RW(0x08)
        CH = None

    one = device(Plainer)
    bus_of(one).write(0x08, 1)
    assert one.bar0.CTRL.peek() == 1


class FileOfOne(RegisterFile):
    CTRL = RW(0, on=bit(0))


class BlockBar(BAR, size=64):
    CH = Block(0, FileOfOne, count=2)


def test_a_register_in_a_block_has_class_hooks(bus_of: Any) -> None:
    one = device(BlockBar)
    BlockBar.CH.CTRL.on_write(lambda dev, new, old: dev.bar0.CH[0].CTRL.poke(new.index[0]))
    bus_of(one).write(4, 9)
    assert one.bar0.CH[0].CTRL.peek() == 1


def test_a_class_hook_is_told_of_and_collected_where_its_device_is(
    adder_bar: Any, dev: PCIDevice, host: Any
) -> None:
    idle = device(adder_bar)
    adder_bar.A.on_read(lambda dev, value: 1)
    assert host.news == ["AdderBar.A.on_read v1, from access 1"]
    dev.batch = Batch()
    with dev.batch.collecting():
        adder_bar.A.on_read(lambda dev, value: 2)
    assert adder_bar.A.on_read.current.number == 1
    dev.batch.apply()
    assert adder_bar.A.on_read.current.number == 2
    assert idle.bar0.A.on_read.current.number == 2


def test_a_class_does_not_keep_its_devices(adder_bar: Any) -> None:
    gone = weakref.ref(device(adder_bar))
    gc.collect()
    assert gone() is None
    adder_bar.A.on_read(lambda dev, value: 1)
    assert bool(adder_bar.A.on_read)
