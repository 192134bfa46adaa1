"""Running the cell that defines a device again while it is served."""

from typing import Any

import pytest
import trio

import muserlab as ml
from muserlab.lab import Lab
from muserlab.live import PatchError


class Former(ml.BAR, size=4096):
    A = ml.RW(0x00)
    B = ml.RW(0x04)
    CTRL = ml.RW(0x08)


class Newer(ml.BAR, size=4096):
    A = ml.RW(0x10)
    CTRL = ml.RW(0x08)
    EXTRA = ml.RW(0x14, reset=0x55)


class Larger(ml.BAR, size=8192):
    A = ml.RW(0x00)


def device(bar: type[ml.BAR]) -> Any:
    return ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar, msi=1)


def test_a_new_definition_takes_over_the_client_and_the_values(lab: Lab) -> None:
    former, newer = device(Former), device(Newer)
    lab.serve(former)
    with lab.connect() as drv:
        vector = drv.msi.enable(1)[0]
        drv.bar0.A.write(41)
        former.bar0.B.poke(42)
        lab.serve(newer)
        assert lab.devices == {"adder": newer}
        assert drv.bar0.read(0x10) == 41
        assert drv.bar0.read(0x14) == 0x55
        drv.bar0.write(0x10, 7)
        assert newer.bar0.A.peek() == 7
        newer.msi[0].fire()
        assert vector.wait(5) == 1
    assert former.client is None


def test_a_new_definition_carries_the_hooks_on_and_ends_the_formers_tasks(lab: Lab) -> None:
    def on_write(dev: Any, new: int, old: int) -> None:
        dev.bar0.A.poke(new + 1)

    former, newer = device(Former), device(Newer)
    lab.serve(former)
    former.bar0.CTRL.on_write(on_write)
    task = former.host.spawn(trio.sleep_forever)
    lab.serve(newer)
    with lab.connect() as drv:
        drv.bar0.CTRL.write(1)
    assert newer.bar0.A.peek() == 2
    assert task.done
    with pytest.raises(ml.DeviceError, match="was replaced; nobody serves it"):
        former.after(0, id)
    with pytest.raises(PatchError, match="was replaced; nobody serves it"):
        former.bar0.CTRL.on_write(on_write)
    newer.after(0, id)


def test_another_structure_is_refused_while_a_client_is_connected(lab: Lab) -> None:
    former, larger = device(Former), device(Larger)
    lab.serve(former)
    with lab.connect() as drv:
        with pytest.raises(ml.BusyError, match=r"cannot change its structure.*lab\.restart"):
            lab.serve(larger)
        drv.bar0.A.write(3)
        assert former.bar0.A.peek() == 3
    assert lab.devices == {"adder": former}
    former.after(0, id)
    with pytest.raises(ml.DeviceError, match="serve the device first"):
        larger.after(0, id)


def test_in_a_patch_the_definition_is_swapped_with_the_rest_or_not_at_all(lab: Lab) -> None:
    former, newer = device(Former), device(Newer)
    other = ml.PCIDevice("other", id=(0x1234, 2), bar0=Former)
    lab.serve(former)
    lab.serve(other)
    with lab.connect("adder") as drv:
        drv.bar0.A.write(41)
        with pytest.raises(ml.PatchError), lab.patch():  # noqa: PT012 - the block is what is tested
            lab.serve(newer)
            other.bar0.A.on_write.undo()
        assert lab.devices["adder"] is former
        drv.bar0.A.write(42)
        assert former.bar0.A.peek() == 42
        with lab.patch():
            lab.serve(newer)
            assert lab.devices["adder"] is former
        assert lab.devices["adder"] is newer
        assert newer.bar0.A.peek() == 42
