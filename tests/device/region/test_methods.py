"""Hooks written as methods of a class behave as methods do, and as hooks do."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from muserlab.device import BAR, PASS, DefinitionError, Memory, PCIDevice
from muserlab.live import PatchError
from muserlab.regs import RO, RW, Block, RegisterFile, bit


class Channel(RegisterFile):
    CTRL = RW(0, go=bit(0))
    COUNT = RO(4)

    @CTRL.on_write
    def count(dev: Any, new: Any, old: Any) -> None:
        channel = dev.bar0.CH[new.index[0]]
        channel.COUNT.poke(channel.COUNT.peek() + 1)


class Engine(BAR, size=0x2000):
    A = RW(0x00)
    B = RW(0x04, on=bit(0))
    TAGS = RW(0x10, count=4)
    CH = Block(0x100, Channel, count=2, stride=0x10)
    BUF = Memory(0x1000, 0x1000, mappable=True)

    @A.on_write
    def double(dev: Any, new: int, old: int) -> None:
        dev.bar0.B.poke(2 * new)

    @TAGS.on_read
    def tag(dev: Any, value: Any) -> int:
        return 100 + value.index[0]

    @BUF.on_read
    def buffer(dev: Any, offset: int, count: int) -> int:
        return 0x77


@pytest.fixture
def bus(bus_of: Any) -> Callable[[type[BAR]], Any]:
    return lambda bar: bus_of(PCIDevice("engine", id=(0x1234, 2), bar0=bar))


def test_methods_answer_for_registers_arrays_memory_and_what_is_in_blocks(bus: Any) -> None:
    engine = bus(Engine)
    engine.write(0x00, 21)
    assert engine.read(0x04) == 42
    assert engine.read(0x18) == 102
    assert engine.read(0x1000) == 0x77
    engine.write(0x110, 1)
    assert [channel.COUNT.peek() for channel in engine.device.bar0.CH] == [0, 1]


def test_a_method_of_a_subclass_takes_the_place_undecorated_and_decorators_add(bus: Any) -> None:
    class Plain(Engine):
        def double(dev: Any, new: int, old: int) -> None:
            Engine.double(dev, new + 1, old)  # type: ignore[arg-type]  # dev is no Engine

    class More(Plain):
        C = RW(0x40)

        @C.on_write
        @A.on_write  # type: ignore[name-defined]  # noqa: F821 - inherited
        def double(dev: Any, new: int, old: int) -> None:
            dev.bar0.B.poke(7 * new)

    class Other(Engine):
        @A.on_write  # type: ignore[name-defined]  # noqa: F821 - inherited
        def triple(dev: Any, new: int, old: int) -> None:
            dev.bar0.B.poke(3 * new)

    for bar, factor in ((Engine, 20), (Plain, 22), (More, 70), (Other, 30)):
        engine = bus(bar)
        engine.write(0x00, 10)
        assert engine.read(0x04) == factor, bar
    engine = bus(More)
    engine.write(0x40, 3)
    assert engine.read(0x04) == 21


def test_mixins_bring_methods_registers_and_whole_hooks(bus: Any) -> None:
    class Status(RegisterFile):
        STAT = RO(0x50, reset=1)

        @STAT.on_write
        def clear(dev: Any, new: Any, old: Any) -> None:
            dev.bar0.STAT.poke(0)

    class Halving:
        def double(dev: Any, new: int, old: int) -> None:
            dev.bar0.B.poke(new // 2)

        def on_write(dev: Any, offset: int, data: bytes) -> Any:
            dev.state.raw = offset
            return PASS

    class Mixed(Halving, Status, Engine):
        pass

    class Grandchild(Mixed):
        pass

    for bar in (Mixed, Grandchild):
        engine = bus(bar)
        engine.write(0x00, 10)
        assert (engine.read(0x04), engine.device.state.raw) == (5, 0)
        engine.write(0x50, 1)
        assert engine.read(0x50) == 0
    Mixed.on_write.undo()
    engine = bus(Grandchild)
    engine.write(0x00, 10)
    assert not hasattr(engine.device.state, "raw")


def test_methods_are_versions_with_source_place_diff_and_undo(bus: Any) -> None:
    class Patched(Engine):
        def double(dev: Any, new: int, old: int) -> None:
            dev.bar0.B.poke(5)

    engine = bus(Patched)
    (version,) = Patched.A.on_write.versions
    assert version.source.lstrip().startswith("def double")
    assert version.place.startswith("test_methods.py:")
    Patched.A.on_write(lambda dev, new, old: None)
    assert "-            dev.bar0.B.poke(5)" in Patched.A.on_write.diff()
    Patched.A.on_write.undo()
    engine.write(0x00, 1)
    assert engine.read(0x04) == 5
    Patched.A.on_write.undo()
    engine.write(0x00, 1)
    assert engine.read(0x04) == 2


def test_what_cannot_be_a_hook_is_refused() -> None:
    with pytest.raises(PatchError, match=r"Wrong\.A\.on_write takes a function of"):

        class Wrong(BAR, size=16):
            A = RW(0)

            @A.on_write
            def start(dev: Any) -> None: ...

    with pytest.raises(DefinitionError, match=r"Twice: start and begin are both for A\.on_write"):

        class Twice(BAR, size=16):
            A = RW(0)

            @A.on_write
            def start(dev: Any, new: int, old: int) -> None: ...

            @A.on_write
            def begin(dev: Any, new: int, old: int) -> None: ...

    with pytest.raises(DefinitionError, match=r"Named\.reset cannot be a hook: reset every region"):

        class Named(BAR, size=16):
            A = RW(0)

            @A.on_write
            def reset(dev: Any, new: int, old: int) -> None: ...

    with pytest.raises(DefinitionError, match=r"double cannot be a hook: double is no function"):

        class Dropped(Engine):
            double = None


# -- a class that is defined again at the top level of a module, as in a cell ----------------------


CELL = """
class Bar(BAR, size=64):
    A = RW(0)
    B = RW(4)

    @A.on_write
    def act(dev, new, old):
        dev.bar0.B.poke(new + 1)
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Run text at the top level of a module; return that."""
    module = ModuleType("session")
    module.__dict__.update(BAR=BAR, RW=RW)
    monkeypatch.setitem(sys.modules, "session", module)

    def run(text: str) -> Any:
        exec(compile(text, "<a cell that can be read>", "exec"), module.__dict__)
        return module

    return run


def test_a_class_that_is_defined_again_patches_what_changed_in_the_devices_there_are(
    run: Any, bus: Any, host: Any
) -> None:
    engine = bus(run(CELL).Bar)
    engine.device.host = host
    engine.write(0, 1)
    run(CELL.replace("+ 1", "+ 2"))
    engine.write(0, 1)
    assert engine.read(4) == 3
    assert host.news == ["Bar.A.on_write v2, from access 2"]
    again = run(CELL.replace("+ 1", "+ 2")).Bar
    again.B.on_read(lambda dev, value: 9)
    assert engine.read(4) == 9
    assert bus(again).read(4) == 9
    assert again.A.on_write.current.number == len(again.A.on_write.versions)


def test_people_hear_that_another_layout_is_for_new_devices(run: Any, bus: Any, host: Any) -> None:
    engine = bus(run(CELL).Bar)
    engine.device.host = host
    run(CELL.replace("RW(4)", "RW(8)"))
    assert host.news[-1] == "Bar has another layout, for devices that are made from now on"
    assert engine.device.bar0.B.peek() == 0
    run(CELL.replace("RW(4)", "RW(8)"))
    assert "layout" not in host.news[-1]


def test_a_method_that_is_gone_answers_no_more_unless_it_was_replaced(run: Any, bus: Any) -> None:
    engine = bus(run(CELL).Bar)
    bare = CELL[: CELL.index("    @A")]
    run(bare)
    engine.write(0, 1)
    assert engine.read(4) == 0
    again = run(CELL).Bar
    again.A.on_write(lambda dev, new, old: dev.bar0.B.poke(50))
    run(bare)
    engine.write(0, 1)
    assert engine.read(4) == 50


def test_a_class_with_a_wrong_method_leaves_everything_as_it_was(run: Any, bus: Any) -> None:
    engine = bus(run(CELL).Bar)
    wrong = "\n    @B.on_write\n    def wrong(dev): ...\n"
    with pytest.raises(PatchError, match=r"Bar\.B\.on_write takes a function"):
        run(CELL.replace("+ 1", "+ 2") + wrong)
    engine.write(0, 1)
    assert engine.read(4) == 2
    assert len(run("").Bar.A.on_write.versions) == 1
