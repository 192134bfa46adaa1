"""The adder, driven by a script as a driver would."""

from collections.abc import Callable
from types import ModuleType

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import muserlab as ml


def test_it_adds_one_and_interrupts(example: Callable[[str], ModuleType], lab: ml.Lab) -> None:
    dev = example("adder").dev
    lab.serve(dev)
    with lab.connect() as drv:
        (done,) = drv.msi.enable(1)
        drv.bar0.A.write(41)
        drv.bar0.CTRL.write(go=1)
        assert done.wait(timeout=5) == 1
        assert drv.bar0.SUM.read() == 42
        assert drv.bar0.STAT.read().done == 1


def test_the_driver_acknowledges_by_writing_one(
    example: Callable[[str], ModuleType], lab: ml.Lab
) -> None:
    dev = example("adder").dev
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.CTRL.write(go=1)
        drv.bar0.STAT.write(done=0)
        assert drv.bar0.STAT.read().done == 1
        drv.bar0.STAT.write(done=1)
        assert drv.bar0.STAT.read().done == 0


def test_nothing_happens_without_go(example: Callable[[str], ModuleType]) -> None:
    bar = example("adder").dev.bar0
    bar.write(0x00, (5).to_bytes(4, "little"))
    bar.write(0x08, (2).to_bytes(4, "little"))
    assert bar.SUM.peek() == 0
    assert bar.STAT.peek() == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it loads afresh each time
@given(number=st.integers(0, 0xFFFF_FFFF))
def test_sums_wrap_at_32_bits(example: Callable[[str], ModuleType], number: int) -> None:
    bar = example("adder").dev.bar0
    bar.write(0x00, number.to_bytes(4, "little"))
    bar.write(0x08, b"\x01\0\0\0")
    assert bar.read(0x0C, 4) == ((number + 1) & 0xFFFF_FFFF).to_bytes(4, "little")
