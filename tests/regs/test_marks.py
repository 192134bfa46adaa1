"""Methods of a class body are marked for what they answer; a datasheet does no more than that."""

import pytest

from muserlab.regs import RO, RW, Block, LayoutError, RegisterFile, UnknownName, bit, marks_of


class Channel(RegisterFile):
    CTRL = RW(0, go=bit(0))
    DATA = RW(4, count=2)


def marked(function: object) -> list[tuple[str, str | None, str]]:
    """Return where a function is marked for."""
    return [(mark.path, mark.field, mark.verb) for mark in marks_of(function)]


def test_a_method_is_marked_for_a_register_a_field_an_element_and_what_blocks_have() -> None:
    class File(RegisterFile):
        A = RW(0)
        CTRL = RW(4, go=bit(0))
        TAGS = RW(8, count=3, on=bit(0))
        CH = Block(0x20, Channel, count=2)
        ONE = Block(0x60, Channel)

        @A.on_read
        @CTRL.go.on_write
        @TAGS.on_write
        @TAGS[2].on_read
        @TAGS[1].on.on_write
        @TAGS.on.on_write
        @CH.CTRL.on_write
        @CH[1].CTRL.go.on_write
        @CH[0].DATA[1].on_read
        @ONE.DATA.on_write
        def many(self, *_args: object) -> None: ...

    assert marked(File.many) == [
        ("ONE.DATA", None, "on_write"),
        ("CH[0].DATA[1]", None, "on_read"),
        ("CH[1].CTRL", "go", "on_write"),
        ("CH.CTRL", None, "on_write"),
        ("TAGS", "on", "on_write"),
        ("TAGS[1]", "on", "on_write"),
        ("TAGS[2]", None, "on_read"),
        ("TAGS", None, "on_write"),
        ("CTRL", "go", "on_write"),
        ("A", None, "on_read"),
    ]


def test_inherited_registers_are_there_in_the_body_of_a_subclass() -> None:
    class Base(RegisterFile):
        A = RW(0)

    class Derived(Base):
        B = RW(4)

        @A.on_write  # noqa: F821 - inherited
        @B.on_write
        def both(self, new: int, old: int) -> None: ...

    assert marked(Derived.both) == [("B", None, "on_write"), ("A", None, "on_write")]


def test_a_constant_that_an_inherited_register_hides_is_told() -> None:
    class Base(RegisterFile):
        A = RW(0)

    with pytest.raises(LayoutError, match=r"Base\.A \(offset 0x0\) is no offset; give a constant"):

        class Derived(Base):
            B = RW(A)  # type: ignore[name-defined]  # noqa: F821 - a constant, its author thinks


def test_what_is_not_there_cannot_be_marked_for() -> None:
    tags, channel, plain = RW(0, count=3, on=bit(0)), Block(0, Channel), RO(0)
    for wrong in (lambda: tags.off, lambda: tags[0].off, lambda: channel.CTRL.stop):
        with pytest.raises(UnknownName, match="has no field"):
            wrong()
    with pytest.raises(UnknownName, match="has no register 'CTLR'; did you mean 'CTRL'"):
        _ = channel.CTLR
    with pytest.raises(LayoutError, match="no element 3; it has 3"):
        _ = tags[3]
    for wrong in (lambda: plain[0], lambda: channel[0], lambda: channel.CTRL[0]):
        with pytest.raises(LayoutError, match="no element 0"):
            wrong()
    with pytest.raises(LayoutError, match="is no array"):
        _ = tags[0][0]
    with pytest.raises(AttributeError):
        _ = channel.on_write
    with pytest.raises(AttributeError):
        _ = tags.on.off
    with pytest.raises(LayoutError, match="takes a function, not 5"):
        plain.on_read(5)
