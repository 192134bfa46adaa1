"""A definition whose structure differs is given to a guest by unplugging and plugging in again."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import muserlab as ml
from muserlab import vm
from muserlab.lab import VM, BusyError, Lab, RestartFailed


class Small(ml.BAR, size=4096):
    A = ml.RW(0x00)


class Large(ml.BAR, size=8192):
    A = ml.RW(0x10)


def device(bar: type[ml.BAR], **options: Any) -> Any:
    return ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar, **options)


class Guest:
    """A guest that drives a device through a connection of ours, as QEMU does."""

    def __init__(self, config: vm.Config) -> None:
        self.plugged = {one.name: one.socket for one in config.devices}
        self.running = True
        self.refuses: list[str] = []
        self.lab: Lab
        self.drivers: dict[str, ml.Driver] = {}

    @property
    def devices(self) -> dict[str, str]:
        return dict.fromkeys(self.plugged, "01:00.0")

    def refuse(self, what: str) -> None:
        if what in self.refuses:
            self.refuses.remove(what)
            raise vm.VmError(f"cannot {what}")

    async def ended(self) -> None:
        import trio

        await trio.sleep_forever()


class InCell(VM):
    """The handle, whose calls are made here: a script is what has the device."""

    fake: Guest

    def remove_device(self, name: str) -> None:
        self.fake.refuse("remove")
        self.fake.drivers.pop(name).close()
        del self.fake.plugged[name]

    def add_device(self, name: str) -> str:
        self.fake.refuse("add")
        self.fake.drivers[name] = self.fake.lab.connect(name)
        self.fake.plugged[name] = Path()
        return "02:00.0"


@pytest.fixture
def guest(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guest]:
    @asynccontextmanager
    async def boot(config: vm.Config, **_options: float) -> AsyncGenerator[Guest]:
        yield Guest(config)

    monkeypatch.setattr(vm, "boot", boot)
    monkeypatch.setattr("muserlab.lab.lab.VM", InCell)
    lab.serve(device(Small))
    handle: Any = lab.vm()
    fake = handle.fake = handle.guest
    fake.lab = lab
    fake.drivers["adder"] = lab.connect("adder")
    yield fake
    for driver in fake.drivers.values():
        driver.close()


def test_another_structure_reaches_the_guest_with_values_and_hooks(lab: Lab, guest: Guest) -> None:
    former, new = lab.devices["adder"], device(Large, msi=4)
    former.bar0.A.poke(5)
    former.bar0.A.on_read(lambda dev, value: value + 1)
    with pytest.raises(ml.BusyError, match=r"lab\.restart"):
        lab.serve(new)
    assert lab.restart(new) == "02:00.0"
    assert lab.devices["adder"] is new
    driver = guest.drivers["adder"]
    assert (driver.bar0.size, driver.bar0.read(0x10)) == (8192, 6)
    assert new.bar0.A.on_read.current.number == 1


def test_the_served_definition_can_be_given_again(lab: Lab, guest: Guest) -> None:
    assert lab.restart(lab.devices["adder"]) == "02:00.0"


def test_without_a_client_a_device_is_only_served(lab: Lab, guest: Guest) -> None:
    guest.drivers.pop("adder").close()
    lab.portal.run(lab._pick("adder").server.vacated)
    new = device(Large)
    assert lab.restart(new) is None
    assert lab.devices["adder"] is new


def test_a_foreign_client_is_told_of(lab: Lab, guest: Guest) -> None:
    guest.running = False
    with pytest.raises(BusyError, match=r"in use by pid .* no guest of this lab has it"):
        lab.restart(device(Large))


def test_a_guest_that_does_not_let_go_keeps_the_device(lab: Lab, guest: Guest) -> None:
    former = lab.devices["adder"]
    guest.refuses = ["remove"]
    with pytest.raises(RestartFailed, match="did not let go of adder, which stays as it was"):
        lab.restart(device(Large))
    assert lab.devices["adder"] is former


def test_a_definition_that_cannot_take_over_leaves_the_former_in_the_guest(
    lab: Lab, guest: Guest
) -> None:
    former, new = lab.devices["adder"], device(Small)
    former.bar0.A.poke(5)

    class Empty(ml.BAR, size=4096):
        def migrate(dev: Any, dropped: dict[str, Any]) -> None:
            raise ValueError

    new = device(Empty)
    with pytest.raises(RestartFailed, match=r"migrate v1 .* the former definition is back, at 02:"):
        lab.restart(new)
    assert lab.devices["adder"] is former
    assert guest.drivers["adder"].bar0.A.read() == 5


def test_one_that_the_guest_does_not_take_makes_room_for_the_former(lab: Lab, guest: Guest) -> None:
    former = lab.devices["adder"]
    guest.refuses = ["add"]
    with pytest.raises(RestartFailed, match=r"did not take adder as it is .* is back, at 02:00"):
        lab.restart(device(Large))
    assert lab.devices["adder"] is former
    guest.refuses = ["add", "add"]
    with pytest.raises(RestartFailed, match="is served, but in no guest"):
        lab.restart(device(Large))
