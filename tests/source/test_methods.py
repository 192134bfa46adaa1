"""Methods of layout classes: they stay in the class, and what was patched over them stays on it."""

from typing import Any

import pytest

from muserlab.source import SaveError, saved

CELL = """
LIMIT = 100

class Channel(ml.RegisterFile):
    CTRL = ml.RW(0x00, go=ml.bit(0))
    DATA = ml.RW(0x04)

    @CTRL.go.on_write
    def started(dev, new, old):
        dev.bar0.CH[new.index[0]].DATA.poke(LIMIT + new)

class Base(ml.BAR, size=4096):
    A  = ml.RW(0x00)
    B  = ml.RW(0x04)
    CH = ml.Block(0x10, Channel, count=2)
    MEM = ml.Memory(0x1000 - 16, 16)

    @A.on_write                                       # counts
    @B.on_write
    def count(dev, new, old):
        dev.state.count = getattr(dev.state, "count", 0) + 1

    @MEM.on_read
    def sevens(dev, offset, count):
        return 7

    def on_read(dev, offset, count):
        # everything else
        return 5 if offset == 0x80 else ml.PASS

class Derived(Base):
    def count(dev, new, old):
        Base.count(dev, new, old)
        Base.count(dev, new, old)

    @CH[1].DATA.on_read
    def second(dev, value):
        return value ^ 1

dev = ml.PCIDevice("thing", id=(0x1234, 0x5678), bar0=Derived)
"""


def write(device: Any, offset: int, value: int) -> None:
    device.bar0.write(offset, value.to_bytes(4, "little"))


def read(device: Any, offset: int) -> int:
    return int.from_bytes(device.bar0.read(offset, 4), "little")


def test_methods_stay_in_their_classes(session: Any, save: Any) -> None:
    session.run(CELL)
    made = save(session["dev"])
    assert "    @A.on_write                                       # counts\n" in made.text
    assert made.text.count("def started") == 1
    assert saved(made.device) == made.text
    for device in (session["dev"], made.device):
        write(device, 0x00, 1)
        write(device, 0x04, 1)
        assert device.state.count == 4
        write(device, 0x18, 1)
        assert read(device, 0x1C) == 101 ^ 1
        assert (read(device, 0xFF0), read(device, 0x80), read(device, 0x84)) == (7, 5, 0)


def test_what_was_patched_over_a_method_is_what_answers(session: Any, save: Any) -> None:
    session.run(CELL)
    session.run("""
        @Derived.A.on_write
        def other(dev, new, old):
            dev.state.count = 50

        Base.B.on_write.clear()
        Derived.B.on_write.clear()
    """)
    made = save(session["dev"])
    assert "Derived.B.on_write.clear()\n" in made.text
    for device in (session["dev"], made.device):
        write(device, 0x00, 1)
        write(device, 0x04, 1)
        assert device.state.count == 50


def test_super_of_a_flattened_class_is_refused(session: Any) -> None:
    session.run("""
        class Base(ml.BAR, size=16):
            def twice(self): return 2

        class Derived(Base):
            def twice(self): return super().twice()

        dev = ml.PCIDevice("thing", id=(0x1234, 0x5678), bar0=Derived)
    """)
    with pytest.raises(SaveError, match=r"Derived\.twice: .*no super\(\); name the class"):
        saved(session["dev"])


def test_methods_of_regions_can_be_hooks_as_they_are(session: Any, save: Any) -> None:
    session.run("""
        class Bar(ml.BAR, size=16):
            A = ml.RW(0)
            def answer(self, dev, value):
                return self.A.peek() + 1

        dev = ml.PCIDevice("thing", id=(0x1234, 0x5678), bar0=Bar)
        dev.bar0.A.on_read(dev.bar0.answer)
    """)
    made = save(session["dev"])
    assert "dev.bar0.A.on_read(dev.bar0.answer)\n" in made.text
    assert read(made.device, 0) == 1
