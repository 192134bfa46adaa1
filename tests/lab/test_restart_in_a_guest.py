"""A real guest gets another structure while it runs, and binds its driver again."""

from typing import Any

import pytest

import muserlab as ml
from muserlab.lab import Lab

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

DRIVER = "/sys/bus/pci/drivers/uio_pci_generic"


class Small(ml.BAR, size=4096):
    A = ml.RW(0x00)
    SUM = ml.RO(0x04)


class Large(ml.BAR, size=0x4000):
    A = ml.RW(0x10)
    SUM = ml.RO(0x04)


def device(bar: type[ml.BAR], vectors: int) -> Any:
    return ml.PCIDevice("adder", id=(0x1234, 1), bar0=bar, msi=vectors)


def test_a_bound_driver_sees_the_new_structure_after_a_restart(lab: Lab) -> None:
    former, new = device(Small, 1), device(Large, 4)
    former.bar0.SUM.on_read(lambda dev, value: 0x42)
    former.state.count = 5
    lab.serve(former)
    with lab.vm() as vm:
        vm.run(f"modprobe uio_pci_generic; echo 1234 0001 > {DRIVER}/new_id", timeout=30).check()
        shown = vm.run("lspci -vk -d 1234:0001", timeout=30).check().text
        assert "[size=4K]" in shown
        assert "Kernel driver in use: uio_pci_generic" in shown
        with pytest.raises(ml.BusyError, match=r"bar0 would be 0x4000 bytes.*lab\.restart"):
            lab.serve(new)
        address = lab.restart(new)
        shown = vm.run(f"lspci -vvk -s {address}", timeout=30).check().text
        assert "[size=16K]" in shown
        assert "Count=1/4" in shown
        assert "Kernel driver in use: uio_pci_generic" in shown
        resource = vm.run(f"head -1 /sys/bus/pci/devices/0000:{address}/resource").check().text
        bar = int(resource.split()[0], 16)
        assert int(vm.run(f"devmem {bar + 4:#x}").check().text, 16) == 0x42
        assert new.state.count == 5
        assert [version.number for version in new.bar0.SUM.on_read.versions] == [1]
        assert "Oops" not in vm.run("dmesg").check().text
