"""A copy of a device: the same in everything that a client can see, and nobody's."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from muserlab.device import (
    BAR,
    MSI,
    CloneError,
    EndedTask,
    InlineHost,
    Memory,
    PCIDevice,
    PowerManagement,
    RegionError,
    clone,
)
from muserlab.regs import RW, bit


def test_a_copy_has_the_definition_and_the_contents(dev: PCIDevice) -> None:
    dev.bar0.A.poke(7)
    dev.bar0.BUF.poke(b"hello")
    dev.config.poke(0x3C, b"\x0b")
    copy = dev.clone()
    assert copy.definition is dev.definition
    assert copy.bar0.A.peek() == 7
    assert copy.bar0.BUF.peek()[:5] == b"hello"
    assert copy.config.peek(0, 256) == dev.config.peek(0, 256)


def test_a_register_that_holds_zero_is_copied_though_its_reset_value_is_another() -> None:
    class Bar(BAR, size=64):
        A = RW(0, reset=4)

    dev = PCIDevice("one", id=(0x1234, 2), bar0=Bar)
    dev.bar0.A.poke(0)
    assert dev.clone().bar0.A.peek() == 0


def test_what_a_copy_does_stays_in_it(dev: PCIDevice, bus_of: Any) -> None:
    copy = dev.clone()
    bus_of(copy).write(0x00, 5)
    bus_of(copy).write(0x1000, 5)
    copy.msi[0].fire()
    assert dev.bar0.A.peek() == 0
    assert dev.bar0.BUF.peek()[:4] == bytes(4)
    assert dev.msi[0].counts.fired == 0
    assert len(dev.trace) == 0


def test_a_copy_is_unserved_has_no_client_and_an_empty_trace(dev: PCIDevice) -> None:
    dev.connect("somebody")
    dev.bar0.read(0, 4)
    copy = dev.clone()
    assert type(copy.host) is InlineHost
    assert copy.client is None
    assert len(copy.trace) == 0
    assert dev.client == "somebody"


def test_a_copy_waits_for_and_asserts_what_the_original_does(dev: PCIDevice) -> None:
    dev.config.write(0x40 + 2, (1).to_bytes(2, "little"))  # MSI on
    dev.msi[0].fire()
    dev.intx.raise_()
    copy = dev.clone()
    assert copy.msi[0].pending
    assert copy.intx.asserted
    copy.intx.lower()
    assert dev.intx.asserted


def test_switches_of_the_guest_are_copied_with_what_they_do(adder_bar: type[BAR]) -> None:
    dev = PCIDevice(
        "adder",
        id=(0x1234, 1),
        bar0=adder_bar,
        msix=2,
        capabilities=[PowerManagement(offset=0x80), MSI(2, masking=True, offset=0x40)],
    )
    dev.config.write(0x84, b"\x03")  # D3hot
    dev.config.write(0x04, b"\x02")  # decodes memory, and may not act on the bus
    table = dev.region(5)
    table.write(12, b"\x01\x00\x00\x00")
    copy = dev.clone()
    assert copy.config.capabilities[0].state == 3  # type: ignore[attr-defined]
    assert copy.mastering.off
    assert copy.msix[0].masked
    assert not copy.msix[1].masked


def test_a_device_with_large_memory_is_copied() -> None:
    class Huge(BAR, size=1 << 30, bits=64, mappable=True):
        pass

    class Private(BAR, size=1 << 30, bits=64):
        pass

    dev = PCIDevice("huge", id=(0x1234, 1), bar0=Huge, bar2=Private)
    for bar in (dev.bar0, dev.bar2):
        bar.poke(5000, b"low")
        bar.poke(1 << 29, b"high")
    copy = dev.clone()
    for bar in (copy.bar0, copy.bar2):
        assert bar.peek(5000, 3) == b"low"
        assert bar.peek(1 << 29, 4) == b"high"


def test_state_is_copied_and_leads_to_the_copys_own_parts(dev: PCIDevice) -> None:
    dev.state.queue = [1, {"two": 2}]
    dev.state.device = dev
    dev.state.register = dev.bar0.CTRL
    dev.state.element = dev.bar0.CH[2].on
    dev.state.range = dev.bar0[0x1000:0x1010]
    dev.state.vector = dev.msi[0]
    copy = dev.clone()
    copy.state.queue[1]["two"] = 3
    copy.state.register.poke(1)
    copy.state.element.poke(1)
    copy.state.range.poke(b"x")
    assert dev.state.queue == [1, {"two": 2}]
    assert copy.state.device is copy
    assert copy.state.vector is copy.msi[0]
    assert (dev.bar0.CTRL.peek(), copy.bar0.CTRL.peek()) == (0, 1)
    assert (dev.bar0.CH[2].peek(), copy.bar0.CH[2].peek()) == (0, 1)
    assert (dev.bar0.peek(0x1000, 1), copy.bar0.peek(0x1000, 1)) == (b"\0", b"x")


def test_what_cannot_be_copied_is_named(dev: PCIDevice) -> None:
    dev.state.guard = threading.Lock()
    with pytest.raises(CloneError, match=r"adder\.state\.guard cannot be copied .*lock"):
        dev.clone()


def test_work_in_the_state_of_a_copy_has_ended() -> None:
    EndedTask().cancel()


def test_hooks_answer_in_the_copy_with_the_copy(dev: PCIDevice, bus_of: Any) -> None:
    @dev.bar0.CTRL.on_write
    def start(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)

    @dev.bar0[0x100:0x110].on_read
    def raw(dev: PCIDevice, offset: int, count: int) -> int:
        return offset

    copy = dev.clone()
    bus_of(copy).write(0x00, 41)
    bus_of(copy).write(0x08, 1)
    assert bus_of(copy).read(0x0C) == 42
    assert bus_of(copy).read(0x104) == 0x104
    assert dev.bar0.SUM.peek() == 0


def test_patches_reach_the_one_that_they_are_made_on(dev: PCIDevice) -> None:
    dev.bar0.CTRL.on_read(lambda dev, value: 1)
    dev.on_reset(lambda dev, kind: None)
    copy = dev.clone()
    copy.bar0.CTRL.on_read(lambda dev, value: 2)
    dev.bar0.A.on_read(lambda dev, value: 3)
    copy.on_reset.undo()
    assert read(dev, 0x08) == 1
    assert read(copy, 0x08) == 2
    assert read(copy, 0x00) == 0
    assert dev.on_reset.current is not None


def test_a_class_patched_later_does_not_change_the_copy(adder_bar: type[BAR]) -> None:
    class Faster(adder_bar):  # type: ignore[misc, valid-type]
        pass

    adder_bar.A.on_read(lambda dev, value: 1)  # type: ignore[attr-defined]
    dev = PCIDevice("adder", id=(0x1234, 1), bar0=Faster)
    copy = dev.clone()
    Faster.A.on_read(lambda dev, value: 2)
    adder_bar.CTRL.on_read(lambda dev, value: 3)  # type: ignore[attr-defined]
    assert (read(dev, 0x00), read(dev, 0x08)) == (2, 3)
    assert (read(copy, 0x00), read(copy, 0x08)) == (1, 0)
    assert not copy.bar0.CTRL.on_read


def test_a_hook_of_a_class_can_be_patched_for_the_copy_alone(adder_bar: type[BAR]) -> None:
    of_class = adder_bar.A.on_read  # type: ignore[attr-defined]
    of_class(lambda dev, value: 1)
    dev = PCIDevice("adder", id=(0x1234, 1), bar0=adder_bar, bar1=adder_bar)
    made = clone(dev)
    made.hook(of_class)(lambda dev, value: 2)
    assert read(dev, 0x00) == 1
    assert [read(made.device, 0x00, region) for region in (0, 1)] == [2, 2]


def test_versions_that_failed_are_known_as_such_in_the_copy(dev: PCIDevice, bus_of: Any) -> None:
    hook = dev.bar0.A.on_read
    hook(failing)
    with pytest.raises(RegionError):
        bus_of(dev).read(0x00)
    hook(lambda dev, value: value.missing)
    copy = dev.clone()
    with pytest.raises(RegionError):
        bus_of(copy).read(0x00)
    copied = copy.bar0.A.on_read
    assert [version.failures for version in hook.versions] == [1, 0]
    assert [version.failures for version in copied.versions] == [2, 1]


def test_a_hook_that_was_patched_very_often_can_be_copied(dev: PCIDevice) -> None:
    for number in range(3000):
        dev.bar0.A.on_read(answering(number))
    assert read(dev.clone(), 0x00) == 2999


def test_a_subclass_is_copied_with_what_it_keeps_and_its_methods() -> None:
    class Counter(BAR, size=64):
        N = RW(0, run=bit(0))
        total = 0

        def note(self, dev: PCIDevice, value: Any) -> int:
            self.total += 1
            return self.total

    class Counting(PCIDevice):
        def __init__(self, step: int) -> None:
            super().__init__("counting", id=(0x1234, 2), bar0=Counter, bar1=Counter)
            self.steps = [step]
            self.bar0.N.on_read(self.bar0.note)
            self.bar1.N.on_read(self.step)

        def step(self, dev: PCIDevice, value: Any) -> int:
            assert dev is self
            self.steps.append(self.steps[-1])
            return sum(self.steps)

    dev = Counting(5)
    read(dev, 0)
    copy = dev.clone()
    assert type(copy) is Counting
    assert (read(copy, 0), read(copy, 0, 1)) == (2, 10)
    assert (read(dev, 0), read(dev, 0, 1)) == (2, 10)
    assert copy.steps == [5, 5]


def test_a_copy_can_be_copied(dev: PCIDevice) -> None:
    dev.bar0.A.on_read(lambda dev, value: value + 1)
    again = dev.clone().clone()
    again.bar0.A.poke(4)
    assert read(again, 0x00) == 5
    assert read(dev, 0x00) == 1


def test_memory_in_pages_of_its_own_is_copied() -> None:
    class Odd(BAR, size=0x8000):
        LOW = Memory(0x10, 0x20)
        SHARED = Memory(0x4000, 0x1000, mappable=True)

    dev = PCIDevice("odd", id=(0x1234, 1), bar0=Odd, rom=b"\x55\xaa rom")
    dev.bar0.LOW.poke(b"low")
    dev.bar0.SHARED.poke(b"shared")
    copy = dev.clone()
    assert copy.bar0.LOW.peek()[:3] == b"low"
    assert copy.bar0.SHARED.peek()[:6] == b"shared"
    assert copy.rom.peek(0, 6) == b"\x55\xaa rom"
    assert copy.bar0.fd != dev.bar0.fd


def read(dev: PCIDevice, offset: int, region: int = 0) -> int:
    data = dev.region(region).read(offset, 4)
    assert isinstance(data, bytes)
    return int.from_bytes(data, "little")


def failing(dev: PCIDevice, value: Any) -> int:
    raise ValueError("no answer")


def answering(number: int) -> Callable[..., int]:
    return lambda dev, value: number
