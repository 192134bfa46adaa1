"""What only a real guest tells: that Linux takes what we say of a function, and what it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import muserlab as ml
from muserlab.lab import VM

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

SERIAL = 0x0123_4567_89AB_CDEF


class DoorbellBar(ml.BAR, size=0x4000):
    """Registers, and one page that the guest may map."""

    ID = ml.RO(0x00, reset=0x600D_CAFE)
    BELLS = ml.Memory(0x1000, 0x1000, mappable=True)


@dataclass(frozen=True)
class World:
    """The guest and its devices."""

    vm: VM
    doorbell: Any
    express: Any

    def function(self, name: str) -> str:
        """Return a device's folder in the guest."""
        return f"/sys/bus/pci/devices/0000:{self.vm.devices[name]}"

    def run(self, command: str) -> str:
        """Run a command that must not fail; return its output."""
        return self.vm.run(command, timeout=60).check().text


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Boot one guest with both devices in it."""
    doorbell = ml.PCIDevice("doorbell", id=(0x1234, 0x0010), bar0=DoorbellBar)
    express = ml.PCIDevice(
        "express",
        id=(0x1234, 0x0011),
        subsystem=(0x1234, 0x5678),
        class_code=0x120000,
        bar0=0x1000,
        express=True,
        msi=ml.MSI(4, masking=True),
        msix=3,
        capabilities=[
            ml.PowerManagement(),
            ml.VendorSpecific(b"muserlab"),
            ml.DeviceSerialNumber(SERIAL),
        ],
    )
    with ml.Lab() as lab:
        lab.serve(doorbell)
        lab.serve(express)
        with lab.vm() as vm:
            world = World(vm, doorbell, express)
            for name in ("doorbell", "express"):
                world.run(f"echo 1 > {world.function(name)}/enable")
            yield world


def test_a_mapped_page_is_written_without_a_message_and_found_by_looking(world: World) -> None:
    rung: list[tuple[int, bytes]] = []
    world.doorbell.bar0.BELLS.on_change(lambda dev, offset, data: rung.append((offset, data)))
    bar = int(world.run(f"head -1 {world.function('doorbell')}/resource").split()[0], 16)
    assert int(world.run(f"devmem {bar:#x}"), 16) == 0x600D_CAFE
    accesses = world.doorbell.trace.select(kind="write", where="bar0*")
    world.run(f"devmem {bar + 0x1004:#x} 32 0x77")
    assert world.doorbell.bar0.peek(0x1004, 4) == b"\x77\0\0\0"
    assert world.doorbell.trace.select(kind="write", where="bar0*") == accesses
    world.doorbell.host.run(world.doorbell.bar0.poller.scan)
    assert rung == [(0x1004, b"\x77\0\0\0")]


@pytest.mark.parametrize(
    "line",
    [
        "Processing accelerators",
        "Subsystem: Device 1234:5678",
        "Capabilities: [40] Power Management version 3",
        "MSI: Enable- Count=1/4 Maskable+ 64bit+",
        "MSI-X: Enable- Count=3 Masked-",
        "Express (v2) Endpoint",
        "Device Serial Number 01-23-45-67-89-ab-cd-ef",
    ],
)
def test_lspci_reads_what_we_wrote(world: World, line: str) -> None:
    assert line in world.run(f"lspci -vv -s {world.vm.devices['express']}")


def test_lspci_says_what_we_say(world: World) -> None:
    told = world.run(f"lspci -vv -s {world.vm.devices['express']}").split()
    function = world.express.config.decode()
    power, *_ = function.capabilities
    says = [*map(str, (*function.capabilities, *function.extended_capabilities)), *power.lines()]
    said = [" ".join(line.split(",")[0].split()) for line in [*says, *function.summary[1:3]]]
    assert len(said) > 8
    assert [line for line in said if line not in " ".join(told)] == []


def test_linux_resets_the_function_by_its_own_means(world: World) -> None:
    resets: list[ml.ResetKind] = []
    world.express.on_reset(lambda dev, kind: resets.append(kind))
    function = world.function("express")
    assert world.run(f"cat {function}/reset_method").split()[0] == "flr"
    world.run(f"echo 1 > {function}/reset")
    assert ml.ResetKind.FUNCTION_LEVEL in resets


def test_bars_are_sized_and_placed(world: World) -> None:
    start, end, _ = world.run(f"head -1 {world.function('doorbell')}/resource").split()
    assert int(end, 16) - int(start, 16) + 1 == 0x4000


def test_linux_found_nothing_odd(world: World) -> None:
    told = world.run("dmesg")
    assert "Oops" not in told
    assert "can't assign" not in told
    assert "invalid" not in world.run("dmesg | grep -i 'pci 0000:0[12]' || true").lower()
