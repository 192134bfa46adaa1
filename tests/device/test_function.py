"""A function as a whole: its client, its resets, and what it says of itself."""

import fcntl
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from muserlab.device import (
    MSI,
    BusyError,
    DeviceError,
    DeviceSerialNumber,
    InlineHost,
    IrqError,
    PCIDevice,
    PowerManagement,
    RegionError,
    ResetKind,
)


def test_a_second_client_is_refused_by_the_name_of_the_first(dev: PCIDevice) -> None:
    dev.connect("QEMU")
    with pytest.raises(BusyError, match="in use by QEMU"):
        dev.connect("a script")
    assert dev.client == "QEMU"
    dev.disconnect()
    dev.connect("a script")
    assert dev.client == "a script"


def test_clients_coming_and_going_are_told(dev: PCIDevice) -> None:
    told: list[Any] = []
    dev.on_connect(lambda dev, client: told.append(("connect", client, dev.client)))
    dev.on_disconnect(lambda dev, client: told.append(("disconnect", client, dev.client)))
    dev.on_reset(lambda dev, kind: told.append(kind))
    dev.connect("tester")
    dev.disconnect()
    dev.disconnect()
    assert told == [
        ("connect", "tester", "tester"),
        ResetKind.LOST_CONNECTION,
        ("disconnect", "tester", None),
    ]
    kinds = [event.kind for event in dev.trace if event.kind != "patch"]
    assert kinds == ["connect", "disconnect", "reset"]


def test_a_lost_connection_takes_the_clients_things_and_leaves_the_devices(
    dev: PCIDevice, bus: Any
) -> None:
    dev.connect("tester")
    bus.write(0x00, 7)
    bus.write(0x04, 0x0406, 2, region=7)
    memory = os.memfd_create("tester")
    os.ftruncate(memory, 4096)
    dev.dma.map(0x1000, 4096, 0, readable=True, writable=True, fd=memory)
    event = os.eventfd(0)
    dev.set_irqs(1, "trigger", 0, 1, [os.dup(event)])
    dev.disconnect()
    assert dev.dma.regions == ()
    assert not dev.msi[0].enabled
    assert dev.bar0.A.peek() == 7
    assert bus.read(0x04, 2, region=7) == 0x0406
    os.close(event)


@pytest.mark.parametrize("kind", [ResetKind.DEVICE, ResetKind.FUNCTION_LEVEL])
def test_a_reset_brings_registers_and_configuration_back(
    dev: PCIDevice, bus: Any, kind: ResetKind
) -> None:
    kinds: list[ResetKind] = []
    dev.on_reset(lambda dev, kind: kinds.append(kind))
    bus.write(0x00, 7)
    bus.write(0x1000, 0x55)
    bus.write(0x10, 0xFFFF_FFFF, region=7)
    dev.intx.raise_()
    dev.reset(kind)
    assert dev.bar0.A.peek() == 0
    assert dev.bar0.BUF.peek()[0] == 0x55
    assert bus.read(0x10, region=7) == 0
    assert not dev.intx.asserted
    assert kinds == [kind]


def test_coming_back_from_d3hot_resets_a_function_that_loses_its_state(bus_of: Any) -> None:
    for no_soft_reset, left in ((True, 7), (False, 0)):
        dev = PCIDevice(
            "pm",
            id=(0x1234, 2),
            bar0=64,
            capabilities=[PowerManagement(no_soft_reset=no_soft_reset)],
        )
        bus = bus_of(dev)
        power = dev.config.capabilities[0].offset + 4
        bus.write(0x3C, 7, 1, region=7)
        for state in (3, 0):
            bus.write(power, state, 2, region=7)
        assert bus.read(0x3C, 1, region=7) == left


def test_a_failing_or_async_reset_hook_does_not_stop_the_reset(
    dev: PCIDevice, host: Any, pause: Any
) -> None:
    done: list[str] = []

    @dev.on_connect
    async def slow(dev: PCIDevice, client: str) -> None:
        await pause()
        done.append(client)

    @dev.on_reset
    def broken(dev: PCIDevice, kind: ResetKind) -> None:
        raise ValueError(kind)

    dev.connect("tester")
    dev.reset()
    assert done == []
    host.tick()
    assert done == ["tester"]
    assert [type(failure.exception) for failure in host.failures] == [ValueError]


def test_there_are_at_least_nine_regions_and_five_interrupt_types(dev: PCIDevice) -> None:
    assert len(dev.regions) == 9
    assert len(dev.interrupts) == 5
    assert dev.region(7) is dev.config
    for index in (1, 8, 9, -1, 1 << 31):
        with pytest.raises(RegionError, match="has no region"):
            dev.region(index)
    with pytest.raises(IrqError):
        dev.set_irqs(9, "trigger", 0, 1, None)


def test_it_is_quiet_unless_a_window_is_open(dev: PCIDevice) -> None:
    memory = os.memfd_create("tester", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, 4096)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    dev.dma.map(0x1000, 4096, 0, readable=True, writable=True, fd=memory)
    with dev.dma.window(0x1000, 16):
        assert not dev.quiet
    assert dev.quiet
    dev.dma.unmap_all()


def test_timed_work_goes_to_the_host(dev: PCIDevice, host: Any) -> None:
    calls: list[tuple[PCIDevice, str]] = []

    def note(dev: PCIDevice, what: str) -> None:
        calls.append((dev, what))

    async def work(dev: PCIDevice, what: str) -> None:
        calls.append((dev, what))

    dev.after(1, note, "later")
    dev.every(2, note, "again")
    dev.spawn(work, "task")
    host.tick()
    assert calls == [(dev, "later"), (dev, "again"), (dev, "task")]
    dev.host = InlineHost()
    for start in (
        lambda: dev.spawn(work, 1),
        lambda: dev.after(1, print),
        lambda: dev.every(1, print),
    ):
        with pytest.raises(DeviceError, match="serve the device first"):
            start()


@pytest.mark.parametrize("kind", ResetKind)
def test_a_reset_cancels_what_was_started_once_and_leaves_clocks(
    dev: PCIDevice, host: Any, kind: ResetKind
) -> None:
    calls: list[str] = []

    async def work(_dev: PCIDevice, what: str) -> None:
        calls.append(what)

    dev.after(1, work, "after")
    dev.spawn(work, "spawn")
    dev.every(1, work, "every")
    dev.after(1, work, "after, to stay", until_reset=False)
    dev.spawn(work, "spawn, to stay", until_reset=False)
    dev.every(1, work, "every, to end", until_reset=True)
    dev.reset(kind)
    dev.after(1, work, "new")
    host.tick()
    to_end = {"after", "spawn", "every, to end"} if kind is ResetKind.LOST_CONNECTION else set()
    assert set(calls) == {"every", "after, to stay", "spawn, to stay", "new"} | to_end


def test_work_of_a_reset_hook_is_not_ended_by_that_reset(dev: PCIDevice, host: Any) -> None:
    calls: list[PCIDevice] = []
    dev.on_reset(lambda dev, kind: dev.after(1, calls.append))
    dev.reset()
    host.tick()
    assert calls == [dev]


def test_an_unserved_device_prints_what_a_hook_raised(
    dev: PCIDevice, bus: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.host = InlineHost()

    @dev.bar0.A.on_write
    def broken(dev: PCIDevice, new: int, old: int) -> None:
        raise ValueError("told")

    with pytest.raises(RegionError):
        bus.write(0, 1)
    assert "ValueError: told" in capsys.readouterr().err


def test_it_describes_itself_as_lspci_does(dev: PCIDevice) -> None:
    other = PCIDevice(
        "net",
        id=(0x1AF4, 0x1041),
        subsystem=(0x1AF4, 0x1100),
        class_code=0x020000,
        revision=1,
        bar0=dev.bar0.__class__,
        rom=2048,
        express=True,
        msi=MSI(2, masking=True),
        capabilities=[PowerManagement(), DeviceSerialNumber(0x1122)],
    )
    text = other.describe()
    lines = [line.strip() for line in text.splitlines()]
    assert lines[:3] == [
        "net: Ethernet controller [0200]: Device 1af4:1041 (rev 01)",
        "Client: none",
        "Subsystem: Device 1af4:1100",
    ]
    for line in (
        "Region 0: Memory at <unassigned> (32-bit, non-prefetchable) [disabled] [size=8K]",
        "Expansion ROM at <unassigned> [disabled] [size=2K]",
        "Mappable: bar0 in part",
        "Interrupts: msi ×2, err ×1, req ×1",
        "Capabilities: [40] Power Management version 3",
        "Capabilities: [100 v1] Device Serial Number 00-00-00-00-00-00-11-22",
    ):
        assert line in lines
    assert repr(other) == other.describe()


COMMAND = 0x04
MEMORY, MASTER = 0x2, 0x4


@pytest.fixture
def acting(bus_of: Any, host: Any) -> Iterator[tuple[PCIDevice, Callable[[int], None]]]:
    """Give a device with shared memory, and what sets its command register and lets it act."""
    dev = PCIDevice("engine", id=(0x1234, 2), bar0=4096, msi=1, msix=1, intx=True)
    dev.host = host
    bus = bus_of(dev)
    memory = os.memfd_create("client", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, 4096)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    dev.connect("script")
    dev.dma.map(0, 4096, 0, readable=True, writable=True, fd=memory)
    for index in (1, 2):
        dev.set_irqs(index, "trigger", 0, 1, [os.eventfd(0)])

    def act(command: int) -> None:
        bus.write(COMMAND, command, 2, region=7)
        dev.dma.write(0, bytes(100))
        dev.dma.read(0, 4)
        dev.msi[0].fire()
        dev.msix[0].fire()
        dev.intx.pulse()

    yield dev, act
    dev.disconnect()


def acts(dev: PCIDevice) -> list[str]:
    return [event.note for event in dev.trace if event.kind in ("dma_read", "dma_write", "irq")]


@pytest.mark.parametrize("command", [0, MEMORY | MASTER])
def test_an_act_on_the_bus_is_not_remarked_on_where_nothing_is_wrong(
    acting: tuple[PCIDevice, Callable[[int], None]], host: Any, command: int
) -> None:
    dev, act = acting
    act(command)
    assert acts(dev) == ["100 bytes", "", "delivered", "delivered", "lost"]
    assert host.news == []


def test_an_act_on_the_bus_without_bus_mastering_is_noted_and_told_once_a_client(
    acting: tuple[PCIDevice, Callable[[int], None]], host: Any
) -> None:
    dev, act = acting
    act(MEMORY)
    off = "bus master off"
    noted = [f"100 bytes, {off}", off, f"delivered, {off}", f"delivered, {off}", "lost"]
    assert acts(dev) == noted
    told = "engine: DMA although the driver has not enabled bus mastering (COMMAND bit 2)"
    act(MEMORY)
    assert host.news == [told]
    dev.disconnect()
    dev.connect("another")
    dev.msi[0].fire()
    assert host.news == [told]
    dev.set_irqs(1, "trigger", 0, 1, [os.eventfd(0)])
    dev.msi[0].fire()
    assert host.news == [told, told.replace("DMA", "MSI")]
