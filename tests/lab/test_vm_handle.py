"""A guest used from a cell: each call crosses to the trio thread and back."""
# ruff: noqa: ASYNC109 - the fake has the signatures of the real one

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

import muserlab as ml
from muserlab import vm
from muserlab.lab import Lab

LIMIT = 10.0


class FakeGuest:
    """A guest that notes what it is asked to do, and on which thread."""

    console = "Linux version 6.12"
    messages = ""
    pid = 4711

    def __init__(self, config: vm.Config) -> None:
        self.config = config
        self.asked: list[Any] = []
        self.threads: set[int] = set()
        self.closed = False
        self.running = True
        self.ending = "by SIGKILL"
        self.end = trio.Event()
        self.full: tuple[str, ...] = ()
        self.interrupted = threading.Event()

    @property
    def devices(self) -> dict[str, str]:
        return {device.name: f"{n:02x}:00.0" for n, device in enumerate(self.config.devices, 1)}

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        self.threads.add(threading.get_ident())

    async def run(self, command: str, *, timeout: float, given: bytes) -> vm.Result:
        self._note("run", command, timeout, given)
        return vm.Result(command, 0, b"out", b"")

    def type(self, keys: bytes) -> None:
        self._note("type", keys)

    async def status(self) -> str:
        self._note("status")
        return "running"

    async def reset(self, *, timeout: float) -> None:
        self._note("reset", timeout)

    async def add_device(self, name: str, socket: Path) -> str:
        self._note("add_device", name, socket)
        return "02:00.0"

    async def unassigned(self, name: str) -> tuple[str, ...]:
        return self.full

    async def ended(self) -> None:
        await self.end.wait()
        self.running = False

    async def remove_device(self, name: str) -> None:
        self._note("remove_device", name)

    async def powerdown(self, *, timeout: float) -> None:
        self._note("powerdown", timeout)


class Machine:
    """What stands in for `muserlab.vm.boot`."""

    guest: FakeGuest
    timeout: float

    @asynccontextmanager
    async def boot(self, config: vm.Config, *, timeout: float) -> AsyncGenerator[FakeGuest]:
        self.guest = guest = FakeGuest(config)
        self.timeout = timeout
        try:
            yield guest
        finally:
            guest.closed = True
            guest.end.set()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(vm, "boot", machine.boot)
    return machine


def device(name: str) -> ml.PCIDevice:
    return ml.PCIDevice(name, id=(0x1234, 1), bar0=4096)


def test_the_guest_gets_every_served_device_or_those_that_were_asked_for(
    lab: Lab, machine: Machine
) -> None:
    lab.serve(device("one"))
    lab.serve(device("two"))
    with lab.vm(timeout=7, memory=512) as guest:
        assert guest.devices == {"one": "01:00.0", "two": "02:00.0"}
        assert (machine.timeout, machine.guest.config.memory) == (7, 512)
        assert [d.socket for d in machine.guest.config.devices] == [
            lab.socket_path("one"),
            lab.socket_path("two"),
        ]
    with lab.vm("two") as guest:
        assert guest.devices == {"two": "01:00.0"}
        assert repr(guest) == "<VM pid 4711, two at 01:00.0>"


def test_a_guest_needs_no_device(lab: Lab, machine: Machine) -> None:
    with lab.vm() as guest:
        assert guest.devices == {}


def test_every_call_is_made_on_the_trio_thread(lab: Lab, machine: Machine) -> None:
    with lab.vm() as guest:
        lab.serve(device("late"))
        assert guest.run("lspci -nn", timeout=5, given=b"in").stdout == b"out"
        assert guest.status() == "running"
        guest.reset(timeout=1)
        guest.type("lspci\n")
        assert guest.add_device("late") == "02:00.0"
        guest.remove_device("late")
        guest.powerdown(timeout=2)
        assert (guest.console, guest.messages, guest.pid) == ("Linux version 6.12", "", 4711)
    assert machine.guest.asked == [
        ("run", "lspci -nn", 5, b"in"),
        ("status",),
        ("reset", 1),
        ("type", b"lspci\r"),
        ("add_device", "late", lab.socket_path("late")),
        ("remove_device", "late"),
        ("powerdown", 2),
    ]
    assert machine.guest.threads == {lab.portal.call(threading.get_ident)}


def test_the_guest_ends_with_close_and_with_the_lab(lab: Lab, machine: Machine) -> None:
    first = lab.vm()
    first.close()
    first.close()
    assert first.closed
    assert machine.guest.closed
    second = lab.vm()
    lab.stop()
    assert second.closed
    assert machine.guest.closed


def test_code_on_the_trio_thread_ends_the_guest_without_waiting_for_itself(
    lab: Lab, machine: Machine
) -> None:
    first, second = lab.vm(), lab.vm()
    assert second.running
    lab.submit(second.apowerdown).result(LIMIT)
    assert machine.guest.asked == [("powerdown", 20)]
    lab.submit(first.aclose).result(LIMIT)
    first.close()
    assert not first.running
    assert not [report for report in lab.reports.recent if "has ended" in str(report)]


def test_a_guest_that_ends_by_itself_is_told(lab: Lab, machine: Machine) -> None:
    with lab.vm() as guest:
        lab.portal.soon(machine.guest.end.set)
        lab.portal.run(trio.testing.wait_all_tasks_blocked)
        assert "the guest has ended: by SIGKILL" in map(str, lab.reports.recent)
        assert repr(guest) == "<VM ended by SIGKILL, no devices>"
    assert repr(guest) == "<VM closed, no devices>"


def test_a_device_that_the_guest_has_no_room_for_warns(lab: Lab, machine: Machine) -> None:
    with lab.vm() as guest:
        lab.serve(device("late"))
        machine.guest.full = ("BAR 2",)
        with pytest.warns(RuntimeWarning, match="no room for BAR 2 of late"):
            guest.add_device("late")


def test_a_guest_that_does_not_boot_says_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def boot(config: vm.Config, *, timeout: float) -> AsyncGenerator[FakeGuest]:
        await trio.lowlevel.checkpoint()
        raise vm.QemuNotFound("no QEMU; run: muserlab vm install")
        yield FakeGuest(config)

    monkeypatch.setattr(vm, "boot", boot)
    with pytest.raises(vm.QemuNotFound, match="muserlab vm install"):
        lab.vm()
