"""A served device, and the command run in this process."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from muserlab.cli import main
from muserlab.device import BAR, PCIDevice
from muserlab.lab import Lab
from muserlab.regs import RC, RW, Value, bit

Run = Callable[..., Result]


class ThermoBar(BAR, size=4096):
    CTRL = RW(0x00, go=bit(0))
    ALARM = RC(0x04)
    NAME = RW(0x08, size=8)


@ThermoBar.CTRL.on_write
def start(dev: PCIDevice, new: Value, old: Value) -> None:
    dev.bar0.ALARM.poke(0x1234)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as running:
        running.serve(PCIDevice("thermo", id=(0x1234, 0xABCD), bar0=ThermoBar, msi=2))
        yield running


@pytest.fixture
def run() -> Run:
    """Run the command in this process, as a shell would start it."""

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return invoke
