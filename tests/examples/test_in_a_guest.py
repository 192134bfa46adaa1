"""The examples in a real Linux guest: one boot for all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import pytest

import muserlab as ml
from muserlab.lab import VM

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

# Guest memory that Linux leaves alone, so that /dev/mem may reach it: for DMA, below edu's 28 bits.
RESERVED = 0x0F00_0000


@dataclass(frozen=True)
class World:
    """The guest, and the examples in it."""

    vm: VM
    adder: ModuleType
    gpio: ModuleType
    edu: ModuleType

    def bar(self, name: str, number: int) -> int:
        """Return a BAR's address in the guest."""
        resource = f"/sys/bus/pci/devices/0000:{self.vm.devices[name]}/resource"
        line = self.vm.run(f"sed -n {number + 1}p {resource}").check().text
        return int(line.split()[0], 16)

    def peek(self, address: int, bits: int = 32) -> int:
        """Load from a physical address in the guest."""
        return int(self.vm.run(f"devmem {address:#x} {bits}").check().text, 16)

    def poke(self, address: int, value: int, bits: int = 32) -> None:
        """Store to a physical address in the guest."""
        self.vm.run(f"devmem {address:#x} {bits} {value:#x}").check()


@pytest.fixture(scope="module")
def world(load_example: Callable[[str], ModuleType]) -> Iterator[World]:
    """Boot one guest with the three examples in it."""
    modules = [load_example(name) for name in ("adder", "gpio_pci_idio_16", "edu")]
    with ml.Lab() as lab:
        for module in modules:
            lab.serve(module.dev)
        with lab.vm(append=f"memmap=64K${RESERVED:#x}") as vm:
            for name in ("adder", "edu"):  # no driver binds to them, so nothing has enabled them
                vm.run(f"echo 1 > /sys/bus/pci/devices/0000:{vm.devices[name]}/enable").check()
            yield World(vm, *modules)


def test_linux_sees_the_devices(world: World) -> None:
    listed = world.vm.run("lspci -nn").check().text
    assert "[1234:0001]" in listed
    assert "[494f:0dc8]" in listed
    assert "[1234:11e8] (rev 10)" in listed


def test_the_adder_adds(world: World) -> None:
    bar = world.bar("adder", 0)
    world.poke(bar + 0x00, 41)
    world.poke(bar + 0x08, 1)
    assert world.peek(bar + 0x0C) == 42


def test_the_adder_is_patched_under_the_guest(world: World) -> None:
    bar = world.bar("adder", 0)
    dev = world.adder.dev

    @dev.bar0.CTRL.on_write
    def double(dev, new, old):  # noqa: ANN001, ANN202 - a hook, as people write them
        dev.bar0.SUM.poke(dev.bar0.A.peek() * 2)

    world.poke(bar + 0x00, 21)
    world.poke(bar + 0x08, 1)
    assert world.peek(bar + 0x0C) == 42
    dev.bar0.CTRL.on_write.undo()
    world.poke(bar + 0x08, 1)
    assert world.peek(bar + 0x0C) == 22


def test_the_gpio_driver_binds_by_itself(world: World) -> None:
    shown = world.vm.run("lspci -k -d 494f:0dc8").check().text
    assert "Kernel driver in use: pci-idio-16" in shown


def test_gpio_outputs_reach_the_card(world: World) -> None:
    world.vm.run("gpioset --toggle 0 OUT0=1 OUT9=1").check()
    assert world.gpio.outputs(world.gpio.dev) == 1 << 0 | 1 << 9
    assert world.vm.run("gpioget --as-is --numeric OUT0 OUT1 OUT9").check().text.split() == [
        "1",
        "0",
        "1",
    ]


def test_gpio_inputs_reach_the_driver(world: World) -> None:
    world.gpio.set_inputs(world.gpio.dev, 0b101 | 1 << 15)
    read = world.vm.run("gpioget --numeric IIN0 IIN1 IIN2 IIN15").check().text
    assert read.split() == ["1", "0", "1", "1"]


def test_a_changed_input_interrupts_the_driver(world: World) -> None:
    world.gpio.set_inputs(world.gpio.dev, 0)
    # All lines: Linux 6.12's driver follows a null pointer for a line that nobody watches.
    world.vm.run(
        """
        lines=$(for i in $(seq 0 15); do echo IIN$i; done)
        gpiomon --banner --num-events=16 $lines > /tmp/edges 2>&1 &
        until grep -q Monitoring /tmp/edges; do sleep 0.1; done
        """,
        timeout=30,
    ).check()
    world.gpio.set_inputs(world.gpio.dev, 1 << 3)
    seen = world.vm.run(
        "until [ $(grep -c ing /tmp/edges) -gt 16 ]; do sleep 0.1; done; cat /tmp/edges", timeout=30
    )
    assert 'rising\t"IIN3"' in seen.check().text
    assert not world.gpio.dev.intx.asserted, "the driver cleared it"


def test_edu_identifies_itself_and_is_alive(world: World) -> None:
    bar = world.bar("edu", 0)
    assert world.peek(bar) == 0x0100_00ED
    world.poke(bar + 0x04, 0x0F0F_0F0F)
    assert world.peek(bar + 0x04) == 0xF0F0_F0F0


def test_edu_computes_a_factorial(world: World) -> None:
    bar = world.bar("edu", 0)
    world.poke(bar + 0x08, 7)
    done = f"until [ $(( $(devmem {bar + 0x20:#x} 32) & 1 )) = 0 ]; do :; done"
    world.vm.run(done, timeout=30).check()
    assert world.peek(bar + 0x08) == 5040


def test_edu_interrupts_by_its_line_until_acknowledged(world: World) -> None:
    bar = world.bar("edu", 0)
    world.poke(bar + 0x60, 0x5)
    assert world.edu.dev.intx.asserted
    world.poke(bar + 0x64, 0x5)
    assert not world.edu.dev.intx.asserted


def test_edu_moves_guest_memory_both_ways(world: World) -> None:
    bar = world.bar("edu", 0)
    world.poke(RESERVED, 0xCAFE_F00D)

    def transfer(source: int, target: int, command: int) -> None:
        for register, value in ((0x80, source), (0x88, target), (0x90, 4), (0x98, command)):
            world.poke(bar + register, value, bits=64)
        done = f"until [ $(( $(devmem {bar + 0x98:#x} 32) & 1 )) = 0 ]; do :; done"
        world.vm.run(done, timeout=30).check()

    transfer(RESERVED, 0x40000, 1)
    assert world.edu.dev.bar0.peek(0x40000, 4) == (0xCAFE_F00D).to_bytes(4, "little")
    transfer(0x40000, RESERVED + 0x100, 3)
    assert world.peek(RESERVED + 0x100) == 0xCAFE_F00D


def test_the_guest_survives_a_reset_with_the_devices_in_it(world: World) -> None:
    world.vm.reset()
    assert "[1234:11e8]" in world.vm.run("lspci -nn").check().text


def test_nothing_oopsed(world: World) -> None:
    assert "Oops" not in world.vm.run("dmesg").check().text
