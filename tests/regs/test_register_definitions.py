"""What a register's definition accepts, and how it refuses."""

from enum import Enum, IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.regs import RO, RW, W1C, Access, Field, LayoutError, bit, bits


class Mode(IntEnum):
    SLOW = 0
    FAST = 2


class TooWide(Enum):
    HUGE = 16


class Wordy(Enum):
    WORD = "word"


def test_a_registers_reset_is_joined_from_its_fields() -> None:
    assert RW(0, go=bit(0, reset=1), mode=bits(5, 4, reset=Mode.FAST)).reset == 0x21


def test_a_registers_own_reset_covers_fields_that_have_none() -> None:
    register = RW(0, reset=0xABCD, low=bits(7, 0, reset=0xCD), high=bits(15, 8))
    assert register.reset == 0xABCD
    assert register.fields["high"].extract(register.reset) == 0xAB


def test_no_reset_at_all_is_zero() -> None:
    assert RO(0, size=8, ready=bit(63)).reset == 0


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 0xF), st.integers(0, 28))
def test_resets_agree_or_are_refused(whole: int, part: int, lsb: int) -> None:
    field = bits(lsb + 3, lsb, reset=part)
    if whole >> lsb & 0xF == part:
        assert RW(0, reset=whole, f=field).reset == whole
    else:
        with pytest.raises(LayoutError, match="'f'"):
            RW(0, reset=whole, f=field)


def test_fields_named_like_options_go_into_the_mapping() -> None:
    register = RW(0, reset=2, fields={"reset": bit(1), "size": bit(2)}, go=bit(0))
    assert list(register.fields) == ["reset", "size", "go"]
    assert register.value(2).reset == 1


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_a_field_may_fill_its_register(size: int) -> None:
    register = RW(0, size=size, all=bits(8 * size - 1, 0))
    assert register.fields["all"].mask == register.mask == (1 << 8 * size) - 1


REFUSED = [
    (lambda: RW(0, size=3), "size 3 is not 1, 2, 4 or 8"),
    (lambda: RW(-4), "offset -0x4 is negative"),
    (lambda: RW(0, go=bit(32)), r"register at 0x0: field 'go' \(bits 32\) does not fit its 32"),
    (lambda: RW(8, a=bits(3, 0), b=bits(7, 3)), "register at 0x8: fields 'a' and 'b' overlap at b"),
    (lambda: RW(0, reset=1 << 32), "reset 0x100000000 does not fit its 4 bytes"),
    (lambda: RW(0, reset=-1), "reset -0x1 does not fit"),
    (lambda: RW(0, reset=0, go=bit(0, reset=1)), "gives field 'go' 0x0, but its own reset is 0x1"),
    (lambda: RW(0, stride=8), "a stride needs a count"),
    (lambda: RW(0, count=0), "count=0 makes no element"),
    (lambda: RW(0, count=2, stride=2), "stride 2 is less than its 4 bytes"),
    (lambda: RW(0, reset=bit(3)), "'reset' is an option; .* write fields={'reset'"),  # type: ignore[arg-type]
    (lambda: RW(0, size=bit(3)), "'size' is an option"),  # type: ignore[arg-type]
    (lambda: RW(0, rest=4), "rest=4 is no field, nor is 'rest' an option; did you mean 'reset'"),  # type: ignore[arg-type]
    (lambda: RW(0, fields={"go": bit(0)}, go=bit(1)), "field 'go' is defined twice"),
    (lambda: RW(0, fields={"in": bit(0)}), "'in' cannot be a field's name"),
    (lambda: RW(0, fields={"a b": bit(0)}), "'a b' cannot be a field's name"),
    (lambda: RW(0, _x=bit(0)), "'_x' cannot be a field's name"),
    (lambda: RW(0, index=bit(0)), "'index' cannot be a field's name: values and live registers"),
    (lambda: RW(0, written=bit(0)), "'written' cannot be a field's name"),
    (lambda: RW(0, poke=bit(0)), "'poke' cannot be a field's name"),
    (lambda: bit(-1), "want msb >= lsb >= 0"),
    (lambda: bits(0, 3), r"bits\(0, 3\): want msb >= lsb"),
    (lambda: bit(0, reset=2), "bits 0: reset = 2 does not fit"),
    (lambda: bits(3, 0, enum=TooWide), "bits 3:0: TooWide.HUGE = 16 does not fit"),
    (lambda: bits(3, 0, enum=Wordy), "Wordy.WORD = 'word' does not fit"),
]


@pytest.mark.parametrize(("define", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_definition_that_contradicts_itself_is_refused(define: object, message: str) -> None:
    assert callable(define)
    with pytest.raises(LayoutError, match=message):
        define()


def test_an_unnamed_register_shows_its_place_and_a_field_its_bits() -> None:
    assert repr(W1C(0x10, done=bit(0), code=bits(7, 4))) == (
        "<register at 0x10: W1C, 4 bytes, done[0], code[7:4]>"
    )
    assert Field(7, 4).bits == "7:4"
    assert Field(3, 3).bits == "3"


def test_access_types_are_shown_by_their_names() -> None:
    assert [str(access) for access in Access] == ["RO", "RW", "WO", "W1C", "W1S", "RC", "RW1C"]
