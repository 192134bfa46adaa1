"""Values: ints that know their fields."""

import inspect
from enum import Enum, IntEnum, IntFlag
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.regs import RO, RW, RegisterFile, UnknownField, bit, bits


class Mode(IntEnum):
    SLOW = 0
    FAST = 2


class Colour(Enum):
    RED = 1


class Caps(IntFlag):
    A = 1
    B = 2


class Adder(RegisterFile):
    CTRL = RW(
        0x08, go=bit(0, doc="starts it"), mode=bits(3, 1, enum=Mode), caps=bits(5, 4, enum=Caps)
    )
    PLAIN = RO(0x0C, size=2)
    LUT = RW(0x20, count=4, colour=bits(7, 0, enum=Colour))


@given(st.integers(0, 0xFFFFFFFF))
def test_a_value_is_the_int_with_the_fields_as_attributes(stored: int) -> None:
    value = Adder.CTRL.value(stored)
    assert value == stored
    assert hash(value) == hash(stored)
    assert value.go == stored & 1
    assert value.mode == stored >> 1 & 7
    assert value.fields() == {"go": value.go, "mode": value.mode, "caps": value.caps}
    assert Adder.CTRL.encode(0, **value.fields()) == stored & 0x3F


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 1), st.integers(0, 7))
def test_what_encode_puts_in_decode_gives_back_and_nothing_else_changes(
    base: int, go: int, mode: int
) -> None:
    encoded = Adder.CTRL.encode(base, go=go, mode=mode)
    decoded = {field.name: value for field, value in Adder.CTRL.decode(encoded)}
    assert (decoded["go"], decoded["mode"]) == (go, mode)
    assert encoded & ~0xF == base & ~0xF


def test_a_field_with_an_enumeration_gives_its_members_and_takes_them() -> None:
    value = Adder.CTRL.value(Adder.CTRL.encode(0, mode=Mode.FAST))
    assert value.mode is Mode.FAST
    assert value == 4
    assert Adder.LUT.encode(0, colour=Colour.RED) == 1
    assert Adder.LUT.value(1).colour is Colour.RED


def test_a_value_that_the_enumeration_does_not_know_stays_an_int() -> None:
    assert Adder.CTRL.value(0b1110).mode == 7
    assert type(Adder.CTRL.value(0b1110).mode) is int


def test_flags_are_combined() -> None:
    assert Adder.CTRL.value(0x30).caps == Caps.A | Caps.B


def test_replace_gives_a_new_value_of_the_same_place() -> None:
    value = Adder.LUT.value(0x100, (3,))
    changed = value.replace(colour=Colour.RED)
    assert (value, changed) == (0x100, 0x101)
    assert changed.index == (3,)
    assert changed.colour is Colour.RED


def test_the_repr_tells_fields_and_the_str_is_the_numbers() -> None:
    value = Adder.CTRL.value(0x25)
    assert repr(value) == "CTRL=0x00000025 (go=1, mode=FAST, caps=B)"
    assert f"{value} {value:#x} {value!s}" == "37 0x25 37"
    assert repr(Adder.CTRL.value(0)) == "CTRL=0x00000000 (go=0, mode=SLOW, caps=0)"
    assert repr(Adder.PLAIN.value(7)) == "PLAIN=0x0007"
    assert repr(Adder.LUT.value(0xFF, (2,))) == "LUT[2]=0x000000ff (colour=0xff)"


def test_fields_are_offered_for_completion() -> None:
    assert {"go", "mode", "caps"} <= set(dir(Adder.CTRL.value(0)))
    go: Any = inspect.getattr_static(Adder.CTRL.value(0), "go")
    assert go.__doc__ == "starts it"


def test_an_unknown_field_names_the_register_and_the_nearest_field() -> None:
    message = r"Adder\.CTRL \(offset 0x8\) has no field 'goo'; did you mean 'go'\?"
    with pytest.raises(UnknownField, match=message):
        _ = Adder.CTRL.value(0).goo
    with pytest.raises(UnknownField, match=message):
        Adder.CTRL.encode(0, goo=1)
    with pytest.raises(UnknownField, match=r"has no field 'x'; it has go, mode, caps$"):
        Adder.CTRL.value(0).replace(x=1)
    assert not hasattr(Adder.PLAIN.value(0), "go")
    assert not hasattr(Adder.CTRL.value(0), "_repr_html_")


@pytest.mark.parametrize("go", [2, -1])
def test_a_fields_value_out_of_range_is_refused_with_the_range(go: int) -> None:
    with pytest.raises(
        ValueError, match=rf"Adder\.CTRL \(offset 0x8\): go={go} .* bits 0 \(0 to 0x1\)"
    ):
        Adder.CTRL.encode(0, go=go)


@pytest.mark.parametrize("base", [-1, 1 << 32])
def test_a_value_that_does_not_fit_the_register_is_refused(base: int) -> None:
    with pytest.raises(ValueError, match=r"Adder\.CTRL \(offset 0x8\): .* its 4 bytes"):
        Adder.CTRL.encode(base)


def test_a_fields_value_must_be_an_int() -> None:
    with pytest.raises(TypeError):
        Adder.CTRL.encode(0, go=0.5)
