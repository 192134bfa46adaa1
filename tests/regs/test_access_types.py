"""Guest reads and writes, held against a model that knows one bit at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.regs import RC, RO, RW, RW1C, W1C, W1S, WO, Access, Field, Register, bit


def model_write(access: Access, stored: bool, written: bool) -> bool:
    """What a bit is after a write that touches it."""
    match access.name:
        case "RW" | "WO":
            return written
        case "W1C" | "RW1C":
            return False if written else stored
        case "W1S":
            return True if written else stored
        case _:
            return stored


def model_read(access: Access, stored: bool) -> tuple[bool, bool]:
    """What a read that touches a bit gives, and what the bit is after it."""
    match access.name:
        case "WO":
            return False, stored
        case "RC":
            return stored, False
        case _:
            return stored, stored


@st.composite
def registers(draw: st.DrawFn) -> tuple[Register, list[Access]]:
    """A register with fields at random, and the access type of each of its bits."""
    size = draw(st.sampled_from([1, 2, 4, 8]))
    default = draw(st.sampled_from(Access))
    accesses = [default] * (8 * size)
    fields: dict[str, Field] = {}
    lsb = 0
    while lsb < 8 * size:
        msb = draw(st.integers(lsb, 8 * size - 1))
        own = draw(st.none() | st.sampled_from(Access))
        if draw(st.booleans()):
            fields[f"f{lsb}"] = Field(msb, lsb, own)
            accesses[lsb : msb + 1] = [own or default] * (msb + 1 - lsb)
        lsb = msb + 1
    return default(0, size=size, **fields), accesses


@st.composite
def lane_sets(draw: st.DrawFn, size: int) -> int:
    """A mask of some bytes of a register, in a row as an access touches them."""
    first = draw(st.integers(0, size - 1))
    count = draw(st.integers(1, size - first))
    return ((1 << 8 * count) - 1) << 8 * first


def split(value: int, width: int) -> list[bool]:
    return [bool(value >> n & 1) for n in range(width)]


@given(st.data())
def test_a_write_does_to_every_bit_what_its_access_type_says(data: st.DataObject) -> None:
    register, accesses = data.draw(registers())
    words = st.integers(0, register.mask)
    stored, written = data.draw(words), data.draw(words)
    lanes = data.draw(lane_sets(register.size))

    after = register.write(stored, written, lanes)

    width = 8 * register.size
    rows = zip(
        accesses, split(stored, width), split(written, width), split(lanes, width), strict=True
    )
    expected = [model_write(a, s, w) if touched else s for a, s, w, touched in rows]
    assert split(after, width) == expected
    assert 0 <= after <= register.mask


@given(st.data())
def test_a_read_gives_and_leaves_every_bit_as_its_access_type_says(data: st.DataObject) -> None:
    register, accesses = data.draw(registers())
    stored = data.draw(st.integers(0, register.mask))
    lanes = data.draw(lane_sets(register.size))

    value, after = register.read(stored, lanes)

    width = 8 * register.size
    bits = list(zip(accesses, split(stored, width), split(lanes, width), strict=True))
    assert split(value, width) == [model_read(a, s)[0] for a, s, _ in bits]
    assert split(after, width) == [model_read(a, s)[1] if touched else s for a, s, touched in bits]


@given(st.data())
def test_an_access_in_two_halves_leaves_what_the_whole_access_leaves(data: st.DataObject) -> None:
    register, _ = data.draw(registers().filter(lambda drawn: drawn[0].size > 1))
    words = st.integers(0, register.mask)
    stored, written = data.draw(words), data.draw(words)
    low = (1 << 4 * register.size) - 1
    high = register.mask & ~low

    halves = register.write(register.write(stored, written, low), written, high)
    assert halves == register.write(stored, written, register.mask)

    _, after_low = register.read(stored, low)
    _, after_both = register.read(after_low, high)
    assert after_both == register.read(stored, register.mask)[1]


@pytest.mark.parametrize(
    ("access", "after_write", "read", "after_read"),
    [
        (RO, 0b1100, 0b1100, 0b1100),
        (RW, 0b1010, 0b1100, 0b1100),
        (WO, 0b1010, 0b0000, 0b1100),
        (W1C, 0b0100, 0b1100, 0b1100),
        (RW1C, 0b0100, 0b1100, 0b1100),
        (W1S, 0b1110, 0b1100, 0b1100),
        (RC, 0b1100, 0b1100, 0b0000),
    ],
    ids=str,
)
def test_each_access_type_in_a_table(
    access: Access, after_write: int, read: int, after_read: int
) -> None:
    register = access(0)
    assert register.write(0b1100, 0b1010, register.mask) == after_write
    assert register.read(0b1100, register.mask) == (read, after_read)


def test_a_field_without_an_access_type_has_the_registers() -> None:
    register = W1C(0, done=bit(0), mode=bit(1, RW))
    assert register.fields["done"].access is W1C
    assert register.fields["mode"].access is RW
