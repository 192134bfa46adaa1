"""Register files: datasheets as classes."""

from typing import Any

import pytest

from muserlab.regs import (
    RO,
    RW,
    W1C,
    Block,
    LayoutError,
    Member,
    Register,
    RegisterFile,
    UnknownRegister,
    bit,
)


class Channel(RegisterFile):
    CTRL = RW(0x00, go=bit(0))
    LUT = RW(0x04, size=2, count=3, stride=4)


class Group(RegisterFile):
    CH = Block(0x20, Channel, count=2, stride=0x40)
    MASK = RW(0x00)


class Chip(RegisterFile):
    GROUP = Block(0x1000, Group, count=2, stride=0x100)
    VERSION = RO(0x00)


def paths(file: type[RegisterFile]) -> dict[str, int]:
    return {placed.path: placed.offset for placed in file.__layout__}


def test_arrays_are_taken_apart() -> None:
    assert paths(Channel) == {"CTRL": 0, "LUT[0]": 4, "LUT[1]": 8, "LUT[2]": 12}
    assert Channel.__layout__.size_needed == 14


def test_blocks_nest_with_their_offsets_and_indices() -> None:
    placed = Chip.__layout__["GROUP[1].CH[0].LUT[2]"]
    assert placed.offset == 0x1000 + 0x100 + 0x20 + 0x0C
    assert placed.index == (1, 0, 2)
    assert placed.register is Channel.LUT
    assert len(Chip.__layout__) == 1 + 2 * (1 + 2 * 4)


def test_a_value_shows_itself_under_its_whole_name() -> None:
    for placed in Chip.__layout__:
        value = placed.value(5)
        assert repr(value).startswith(f"{placed.path}=0x")
        assert repr(value.replace()) == repr(value)
        assert repr(value.carry(5).written) == repr(value)


def test_a_single_block_has_no_subscript() -> None:
    class Outer(RegisterFile):
        INNER = Block(0x10, Channel)

    assert Outer.__layout__["INNER.CTRL"].index == ()
    assert Outer.__layout__["INNER.LUT[1]"].offset == 0x18


def test_a_block_array_without_stride_is_dense() -> None:
    class Outer(RegisterFile):
        CH = Block(0, Channel, count=2)

    assert Outer.__layout__["CH[1].CTRL"].offset == 14


def test_other_registers_may_lie_between_the_elements_of_an_array() -> None:
    class Interleaved(RegisterFile):
        LOW = RW(0, count=2, stride=8)
        HIGH = RO(4, count=2, stride=8)

    assert [placed.path for placed in Interleaved.__layout__] == [
        "LOW[0]",
        "HIGH[0]",
        "LOW[1]",
        "HIGH[1]",
    ]


def test_subclasses_inherit_add_replace_and_drop() -> None:
    class Second(Channel):
        CTRL = RW(0x00, stop=bit(1))
        LUT = None
        STAT = W1C(0x04)

    assert paths(Second) == {"CTRL": 0, "STAT": 4}
    assert list(Second.__layout__["CTRL"].register.fields) == ["stop"]
    assert list(Second.__members__) == ["CTRL", "STAT"]
    assert "LUT[0]" in Channel.__layout__


def test_a_dropped_register_may_come_back() -> None:
    class Without(Channel):
        LUT = None

    class With(Without):
        LUT = RW(0x10)

    assert paths(With) == {"CTRL": 0, "LUT": 0x10}


def test_mixins_bring_their_registers_together() -> None:
    class Ident(RegisterFile):
        ID = RO(0x80)

    class Both(Channel, Ident):
        pass

    assert paths(Both) == {**paths(Channel), "ID": 0x80}


def test_registers_know_their_class_and_name() -> None:
    assert str(Channel.CTRL) == "Channel.CTRL (offset 0x0)"
    assert repr(Channel.LUT) == "<Channel.LUT (offset 0x4) x 3: RW, 2 bytes>"
    assert repr(Group.CH) == "<Group.CH (offset 0x20) x 2: Channel, 14 bytes>"
    assert repr(Chip.__layout__["GROUP[0].MASK"]) == "<GROUP[0].MASK at 0x1000: RW, 4 bytes>"


def test_overlaps_across_arrays_and_blocks_name_both_elements() -> None:
    with pytest.raises(LayoutError, match=r"Bad: CH\[1\]\.CTRL .* and MASK .* overlap"):

        class Bad(RegisterFile):  # pyright: ignore[reportUnusedClass]
            CH = Block(0, Channel, count=2, stride=0x10)
            MASK = RW(0x12, size=2)


def test_a_name_given_twice_is_refused_with_both_offsets() -> None:
    with pytest.raises(LayoutError, match=r"Bad\.STAT is defined twice: at offset 0x0 and at 0x4"):

        class Bad(RegisterFile):  # pyright: ignore[reportUnusedClass]
            STAT = RW(0)
            STAT = RW(4)  # noqa: PIE794 # pyright: ignore[reportConstantRedefinition]


def test_one_register_under_two_names_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"Bad\.B is Channel\.CTRL .* again"):

        class Bad(RegisterFile):  # pyright: ignore[reportUnusedClass]
            B = Channel.CTRL


def test_a_block_whose_elements_run_into_each_other_is_refused() -> None:
    with pytest.raises(LayoutError, match="stride 8 is less than its 14 bytes"):
        Block(0, Channel, count=2, stride=8)


def test_a_register_that_hides_what_its_class_has_is_refused() -> None:
    class Region(RegisterFile):
        size: Any = 4096

    with pytest.raises(LayoutError, match=r"Bad\.size \(offset 0x0\) hides 'size'"):

        class Bad(Region):  # pyright: ignore[reportUnusedClass]
            size = RW(0)


def test_class_options_reach_the_base_that_wants_them() -> None:
    class Sized(RegisterFile):
        size = 0

        def __init_subclass__(cls, *, size: int, **options: Any) -> None:
            super().__init_subclass__(**options)
            cls.size = size

    class Bar(Sized, size=4096):
        CTRL = RW(0)

    assert Bar.size == 4096
    assert paths(Bar) == {"CTRL": 0}


def test_a_register_file_decides_what_its_members_are_bound_to() -> None:
    class Live(RegisterFile):
        @classmethod
        def __bind_class__(cls, member: Member) -> Any:
            return "class", cls.__name__, member.name

        def __bind__(self, member: Member) -> Any:
            return "instance", member.name

    class Bar(Live):
        CTRL = RW(0)
        CH = Block(0x10, Channel)

    assert Bar.CTRL == ("class", "Bar", "CTRL")
    assert Bar().CTRL == ("instance", "CTRL")
    assert Bar().CH == ("instance", "CH")
    assert isinstance(Bar.__members__["CTRL"], Register)


def test_a_name_that_is_not_there_proposes_one_that_is() -> None:
    file: Any = Channel
    with pytest.raises(UnknownRegister, match="no register 'CTLR'; did you mean 'CTRL'"):
        _ = file.CTLR
    assert not hasattr(file, "_repr_html_")


def test_a_register_cannot_be_assigned_to_in_passing() -> None:
    with pytest.raises(AttributeError, match=r"Channel\.CTRL .* use \.CTRL\.poke"):
        Channel().CTRL = 5


def test_elsewhere_a_register_is_an_attribute_like_any_other() -> None:
    class Holder:
        register = Channel.CTRL

    assert Holder.register is Channel.CTRL
    assert Holder().register is Channel.CTRL
    assert Channel.CTRL.name == "CTRL"


def test_an_empty_register_file_has_an_empty_layout() -> None:
    class Empty(RegisterFile):
        pass

    assert Empty.__layout__.size_needed == 0
    assert list(Empty.__layout__.span(0, 4)) == [(None, 0, 4)]
