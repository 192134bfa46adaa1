"""Versions are tried on what is served, through their hooks, while a client drives it."""

from collections.abc import Iterator
from typing import Any

import pytest
import trio
import trio.lowlevel

import muserlab as ml
from muserlab.device import DeviceError
from muserlab.lab import Lab, LabStuck, PortalError


@pytest.fixture
def bar() -> type[ml.BAR]:
    class AdderBar(ml.BAR, size=4096):
        A = ml.RW(0x00)
        CTRL = ml.RW(0x08, go=ml.bit(0))
        SUM = ml.RO(0x0C)

    return AdderBar


def add(dev: ml.PCIDevice, new: Any, old: Any) -> None:
    dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)


@pytest.fixture
def dev(lab: Lab, bar: Any) -> Iterator[ml.PCIDevice]:
    """A served device that was driven, and has its client still."""
    dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar, msi=1)
    lab.serve(dev)
    dev.bar0.CTRL.on_write(add)
    with lab.connect() as driver:
        driver.bar0.A.write(4)
        driver.bar0.CTRL.write(go=1)
        assert driver.bar0.SUM.read() == 5
        yield dev
        assert driver.bar0.SUM.read() == 5


def test_the_outcome_is_shown_and_the_device_is_as_it_was(dev: ml.PCIDevice) -> None:
    hook = dev.bar0.CTRL.on_write
    events, versions = dev.trace[:], hook.versions
    assert hook.try_(add).same
    rehearsal = hook.try_(lambda dev, new, old: dev.bar0.SUM.poke(9))
    assert [(one.what, one.before, one.after) for one in rehearsal.differences] == [
        ("register", 5, 9),
        ("reply", b"\x05\0\0\0", b"\x09\0\0\0"),
    ]
    assert (dev.trace[:], hook.versions) == (events, versions)


def test_a_hook_of_a_class_is_tried_on_the_device_that_is_served(
    dev: ml.PCIDevice, bar: Any
) -> None:
    unserved = ml.PCIDevice("other", id=(0x1234, 1), bar0=bar)
    assert bar.SUM.on_read.try_(lambda dev, value: value).same
    (difference,) = bar.SUM.on_read.try_(lambda dev, value: value + 1).differences
    assert (difference.before, difference.after) == (b"\x05\0\0\0", b"\x06\0\0\0")
    assert len(unserved.trace) == 0


def test_a_version_that_reaches_the_served_device_by_a_global_name_fails(
    dev: ml.PCIDevice,
) -> None:
    served = dev
    rehearsal = dev.bar0.CTRL.on_write.try_(lambda dev, new, old: served.bar0.SUM.poke(9))
    (fault,) = rehearsal.differences
    assert fault.what == "fault"
    assert "nothing live is touched. Let it use its first argument" in repr(rehearsal)
    assert dev.bar0.SUM.peek() == 5


@pytest.mark.usefixtures("nothing_left")
def test_a_version_that_never_returns_is_given_up(sockets: Any, bar: Any) -> None:
    with Lab() as lab:
        dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar)
        lab.serve(dev)
        with lab.connect() as driver:
            driver.bar0.CTRL.write(go=1)

        def endless(dev: ml.PCIDevice, new: Any, old: Any) -> None:
            while True:
                pass

        async def spinning(dev: ml.PCIDevice, new: Any, old: Any) -> None:
            while True:
                await trio.lowlevel.checkpoint()

        hook = dev.bar0.CTRL.on_write
        place = "event [0-9]+, write bar0.CTRL"
        with pytest.raises(LabStuck, match=rf"not got past {place} .* in endless \("):
            hook.try_(endless, patience=0.2)
        with pytest.raises(LabStuck, match="as timed work kept it from going on"):
            hook.try_(spinning, patience=0.2)


def test_timed_work_that_the_copies_do_not_have_is_told(dev: ml.PCIDevice) -> None:
    def tick(dev: ml.PCIDevice) -> None:
        pass

    assert "tick" not in repr(dev.bar0.CTRL.on_write.try_(add))
    dev.every(3600, tick)
    assert "if what is played starts it: tick" in repr(dev.bar0.CTRL.on_write.try_(add))


def test_only_a_served_device_has_the_time_to_try(bar: Any) -> None:
    dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar)
    with pytest.raises(DeviceError, match="serve the device first"):
        dev.bar0.CTRL.on_write.try_(add)


def test_a_class_that_no_device_has_cannot_be_tried() -> None:
    class Unused(ml.BAR, size=4096):
        A = ml.RW(0)

    with pytest.raises(ml.PatchError, match="there is no device with a Unused"):
        Unused.A.on_read.try_(lambda dev, value: value)


def test_a_hook_cannot_try_another(lab: Lab, dev: ml.PCIDevice) -> None:
    hook = dev.bar0.CTRL.on_write
    with pytest.raises(PortalError):
        lab.portal.call(hook.try_, add)
