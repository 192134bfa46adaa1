"""The cell that a driver's unanswered accesses give: it runs, and takes the device over."""

from collections.abc import Iterator
from typing import Any

import pytest

import muserlab as ml
from muserlab.source import SaveError, suggest


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """Leave nothing served."""
    yield
    ml.current().stop()


def accessed(device: Any) -> Any:
    """Do to bar0 what a driver might."""
    device.bar0.write(0x80, b"\x5a\0\0\0")
    device.bar0.read(0x80, 4)
    for _ in range(20):
        device.bar0.read(0x84, 2)
    device.bar0.write(0x90, b"\1")
    return device


def taken_over(session: Any) -> str:
    """Run the suggested cell in the session; return it."""
    text = suggest(session["dev"], session.names)
    assert text.found
    session.run(text)
    return text


def test_the_cell_declares_what_was_asked_for_and_runs(notebook: Any) -> None:
    former = accessed(notebook["dev"])
    ml.serve(former)
    text = taken_over(notebook)
    dev = notebook["dev"]
    assert "    REG_84 = ml.RO(0x84, size=2)  # read 20× (0x0000)\n" in text
    assert (dev is not former, ml.current().devices) == (True, {"thing": dev})
    layout = type(dev.bar0).__layout__
    assert [*layout["REG_80"].register.fields] == []
    assert [str(layout[name].register.access) for name in ("REG_80", "REG_84", "REG_90")] == [
        *("RW", "RO", "WO")
    ]
    for name in ("A", "B", "CH[3]"):
        assert name in layout
    assert not suggest(dev, notebook.names).found


def test_hooks_and_values_are_kept_and_the_stubs_are_there(notebook: Any) -> None:
    notebook.run("@dev.bar0.A.on_read\ndef answer(dev, value): return 42")
    dev = accessed(notebook["dev"])
    dev.bar0.B.poke(7)
    ml.serve(dev)
    text = taken_over(notebook)
    dev = notebook["dev"]
    assert dev.bar0.read(0, 1) == b"\x2a"
    assert dev.bar0.B.peek() == 7
    assert "def reg_80_written(dev, new, old):\n" in text
    assert "def reg_84_polled(dev, value):\n" in text
    assert dev.bar0.REG_80.on_write.current.number == 1


def test_a_connected_client_stays(notebook: Any) -> None:
    lab = ml.serve(notebook["dev"])
    with lab.connect() as drv:
        drv.bar0.write(0x80, 0x1234_5678)
        taken_over(notebook)
        drv.bar0.write(0x80, 0x8765_4321)
        assert notebook["dev"].bar0.REG_80.peek() == 0x8765_4321
    assert notebook["dev"].trace.select(kind="write")[-1].where == "bar0.REG_80"


def test_what_memory_held_is_in_its_registers(session: Any) -> None:
    session.run("""
        class Bar(ml.BAR, size=0x1000, bits=64, mappable=False):
            '''Nobody knows.'''

        card = ml.PCIDevice("card", id=(0x1234, 1), bar0=Bar, bar2=0x100, intx=True)
    """)
    card = session["card"]
    card.bar0.write(0x10, b"\x78\x56\x34\x12")
    card.bar2.write(0x20, bytes(range(16)))
    session.run(suggest(card, session.names))
    new = session["card"]
    assert new is not card
    assert type(new.bar0).__doc__ == "Nobody knows."
    assert new.bar0.REG_10.peek() == 0x1234_5678
    assert new.bar2.MEM_20.peek() == bytes(range(16))
    assert new.definition.intx
    assert type(new.bar0).shape == type(card.bar0).shape


def test_names_that_the_session_has_are_used_and_others_made(session: Any) -> None:
    session.run("""
        import enum
        import muserlab as lab

        class Mode(enum.Enum):
            FAST = 1

        class Bar(lab.BAR, size=16):
            A = lab.RW(0, mode=lab.bits(1, 0, enum=Mode))

        dev = "something else"
        Bar2 = "something else"
        card = lab.PCIDevice("card", id=(0x1234, 1), bar0=Bar, bar2=0x100)
    """)
    del session.names["ml"]
    session["card"].bar0.write(8, b"1")
    session["card"].bar2.write(8, b"1")
    text = suggest(session["card"], session.names)
    assert "import" not in text
    assert "class Mode" not in text
    assert "class Bar2_2(lab.BAR" in text
    assert "class Mode" in suggest(session["card"]), "a session that has nothing"
    mode = session["Mode"]
    session.run(text)
    assert session["card"].bar0.A.peek().fields() == {"mode": 0}
    register = type(session["card"].bar0).__layout__["A"].register
    assert register.fields["mode"].enum is mode
    assert session["dev"] == session["Bar2"] == "something else"


def test_a_class_that_two_regions_have_stays_where_nothing_was_asked(session: Any) -> None:
    session.run("""
        class Bar(ml.BAR, size=16):
            A = ml.RW(0)

        dev = ml.PCIDevice("card", id=(0x1234, 1), bar0=Bar, bar1=Bar)
    """)
    session["dev"].bar1.write(8, b"1")
    session.run(suggest(session["dev"], session.names))
    assert [type(bar).__name__ for bar in (session["dev"].bar0, session["dev"].bar1)] == [
        *("Bar", "Bar_2")
    ]


def test_every_kind_of_region_can_grow(session: Any) -> None:
    session.run("""
        class Own(ml.DeviceRegion, size=64, type=0x80001234):
            A = ml.RW(0)

        class Screen(ml.VGA):
            MODE = ml.RW(0x3c0)

        dev = ml.PCIDevice("card", id=(0x1234, 1), vga=Screen, regions=[Own, Own])
    """)
    dev = session["dev"]
    dev.vga.write(0x3D0, b"1")
    dev.regions[10].write(8, b"1")
    session.run(suggest(dev, session.names))
    dev = session["dev"]
    assert dev.vga.REG_3D0 is not None
    assert dev.regions[10].REG_08 is not None
    assert type(dev.regions[9]).__name__ == "Own"
    assert dev.regions[10].region_type == (0x8000_1234, 0)


def test_nothing_to_suggest_is_said_so(notebook: Any) -> None:
    text = suggest(notebook["dev"])
    assert not text.found
    assert repr(text) == "# Nothing to suggest: thing has answered all that its driver asked for.\n"


def test_a_device_of_a_class_of_its_own_is_refused() -> None:
    class Card(ml.PCIDevice):
        pass

    with pytest.raises(SaveError, match="it is a Card, not a PCIDevice"):
        suggest(Card("card", id=(0x1234, 1)))
