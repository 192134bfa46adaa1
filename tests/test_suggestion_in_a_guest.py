"""A driver that knows a device tells its registers to one who does not: Linux's, of a GPIO card."""

from collections.abc import Iterator
from typing import Any

import pytest

import muserlab as ml

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

# All that is known of ACCES's PCI-IDIO-16 is what its driver binds to, and that BAR2 has ports.
CELL = """
import muserlab as ml

class IdioBar(ml.BAR, size=8, io=True):
    pass

card = ml.PCIDevice("gpio", id=(0x494F, 0x0DC8), bar2=IdioBar, intx=True)
"""


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """Give the names of a notebook that serves the empty card."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(CELL, names)
    ml.serve(names["card"])
    yield names
    ml.current().stop()


def test_the_driver_of_an_empty_card_tells_its_registers(names: dict[str, Any]) -> None:
    lab = ml.current()
    with lab.vm() as vm:
        assert "driver in use: pci-idio-16" in vm.run("lspci -k -d 494f:0dc8").check().text
        vm.run("gpioset --toggle 0 OUT0=1 OUT9=1").check()
        vm.run("gpioget --numeric IIN0 IIN15").check()
        former = names["card"]
        text = lab.suggest(names=names)
        exec(text, names)
        card = names["card"]
        assert lab.devices["gpio"] is card is not former
        assert card.client == former.trace.select("connect")[-1].note
        assert not [one for one in card.unhandled if one.region == "bar2"]

        since = card.trace[-1].seq
        vm.run("gpioset --toggle 0 OUT0=0 OUT1=1 OUT9=0 OUT8=1").check()
        assert (card.bar2.REG_00.peek(), card.bar2.REG_04.peek()) == (0b10, 0b01)
        met = {event.where for event in card.trace.select(["read", "write"], "bar2*", since)}
        assert {"bar2.REG_00", "bar2.REG_04"} <= met
        assert all(where.startswith("bar2.REG_") for where in met)
        card.bar2.REG_05.on_read(lambda dev, value: 0x80)
        assert vm.run("gpioget --numeric IIN15").check().text.strip() == "1"
        assert "driver in use: pci-idio-16" in vm.run("lspci -k -d 494f:0dc8").check().text
