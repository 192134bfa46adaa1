"""Registers that change are found, however many there are and wherever they lie."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.lab.rehearsal.registers import RegisterWatch, decoded
from muserlab.regs import RW, bit


class Scattered(BAR, size=1 << 30, bits=64):
    LOW = RW(0x00, size=1, go=bit(0))
    WIDE = RW(0x38, size=8)
    MANY = RW(0x100, count=300, size=2)
    FAR = RW(1 << 29)
    SHARED = Memory(0x10000, 0x1000, mappable=True)


class Mapped(BAR, size=0x1000, mappable=True):
    A = RW(0x10)


@pytest.fixture
def dev() -> PCIDevice:
    return PCIDevice("many", id=(0x1234, 1), bar0=Scattered, bar2=Mapped, bar3=64)


INDICES = st.sets(st.integers(0, 299), max_size=8)


@settings(max_examples=40)
@given(changed=INDICES, others=st.sets(st.sampled_from(["LOW", "WIDE", "FAR"])))
def test_exactly_what_has_changed_is_found(changed: set[int], others: set[str]) -> None:
    dev = PCIDevice("many", id=(0x1234, 1), bar0=Scattered)
    watch = RegisterWatch(dev)
    for index in changed:
        dev.bar0.MANY[index].poke(index + 1)
    for name in others:
        getattr(dev.bar0, name).poke(1)
    found = watch.changes() or {}
    assert found == {f"bar0.MANY[{i}]": (0, i + 1) for i in changed} | {
        f"bar0.{name}": (0, 1) for name in others
    }
    assert watch.changes() is None


def test_changes_are_found_in_every_region_and_whoever_made_them(dev: PCIDevice) -> None:
    watch = RegisterWatch(dev)
    dev.region(0).write(0x38, b"\x01\0\0\0\0\0\0\x02")
    dev.bar2.A.poke(5)
    dev.bar0.SHARED.poke(b"memory is no register")
    assert watch.changes() == {
        "bar0.WIDE": (0, 0x0200_0000_0000_0001),
        "bar2.A": (0, 5),
    }


def test_a_name_leads_to_the_register(dev: PCIDevice) -> None:
    assert repr(decoded(dev, "bar0.LOW", 1)) == "LOW=0x01 (go=1)"
    assert repr(decoded(dev, "bar0.MANY[7]", 1)) == "MANY[7]=0x0001"
