"""Masks, for accesses of any size and place, against a model that goes bit by bit."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device.config import ConfigSpace, Image
from muserlab.device.errors import DefinitionError, RegionError
from muserlab.device.journal import Journal

SIZE = 24
masks = st.binary(min_size=SIZE, max_size=SIZE)


@dataclass(eq=False)
class Recorder:
    name: str = "a part"
    calls: list[str] = field(default_factory=list)

    def written(self) -> None:
        self.calls.append("written")

    def after_reset(self) -> None:
        self.calls.append("reset")


def image_of(data: bytes, writable: bytes = b"", clearable: bytes = b"", **more: bytes) -> Image:
    image = Image(len(data))
    image.data[:] = data
    image.writable[: len(writable)] = writable
    image.clearable[: len(clearable)] = clearable
    for name, mask in more.items():
        getattr(image, name)[: len(mask)] = mask
    return image


def bits(data: bytes) -> list[int]:
    return [byte >> i & 1 for byte in data for i in range(8)]


@st.composite
def accesses(draw: st.DrawFn) -> tuple[int, bytes]:
    offset = draw(st.integers(0, SIZE - 1))
    return offset, draw(st.binary(min_size=1, max_size=SIZE - offset))


@given(masks, masks, masks, st.lists(accesses(), max_size=5))
def test_a_write_changes_exactly_the_bits_that_the_masks_let_it(
    data: bytes, writable: bytes, clearable: bytes, writes: list[tuple[int, bytes]]
) -> None:
    space = ConfigSpace(256)
    space.place(Recorder(), 0x40, image_of(data, writable, clearable))
    model = bits(data)
    may_write, may_clear = bits(writable), bits(clearable)
    for offset, written in writes:
        space.write(0x40 + offset, written)
        for i, bit in enumerate(bits(written), 8 * offset):
            if may_write[i]:
                model[i] = bit
            if may_clear[i] and bit:
                model[i] = 0
    assert bits(space.read(0x40, SIZE)) == model


@given(masks, masks, masks, masks, masks, st.binary(min_size=SIZE, max_size=SIZE), st.booleans())
def test_a_reset_brings_back_what_a_guest_can_change_unless_it_is_sticky(
    data: bytes,
    writable: bytes,
    clearable: bytes,
    sticky: bytes,
    kept: bytes,
    poked: bytes,
    function_level: bool,
) -> None:
    space = ConfigSpace(256)
    space.place(Recorder(), 0x40, image_of(data, writable, clearable, sticky=sticky, kept=kept))
    space.poke(0x40, poked)
    space.reset(function_level=function_level)
    columns = zip(*map(bits, (writable, clearable, sticky, kept, data, poked)), strict=True)
    model = [
        original if (w or c) and not (s or (function_level and k)) else before
        for w, c, s, k, original, before in columns
    ]
    assert bits(space.read(0x40, SIZE)) == model


def test_each_part_that_a_write_touches_looks_once() -> None:
    space = ConfigSpace(256)
    parts = [Recorder("one"), Recorder("two"), Recorder("three")]
    for i, part in enumerate(parts):
        space.place(part, 0x40 + 4 * i, image_of(bytes(4), b"\xff" * 4))
    space.write(0x42, b"123")
    assert [part.calls for part in parts] == [["written"], ["written"], []]
    assert space.read(0x40, 12) == b"\0\0" + b"123" + bytes(7)
    space.reset()
    assert parts[2].calls == ["reset"]


def test_looking_and_poking_disturb_no_part() -> None:
    space = ConfigSpace(256)
    part = Recorder()
    space.place(part, 0x40, image_of(bytes(4)))
    space.poke(0x40, b"abcd")
    assert space.peek(0x41, 2) == b"bc"
    assert part.calls == []


def test_a_poke_of_a_hook_that_fails_is_undone() -> None:
    space = ConfigSpace(256)
    journal = Journal()
    space.poke(0x80, b"new")
    journal.rollback()
    assert space.peek(0x80, 3) == bytes(3)


def test_bytes_that_no_part_owns_take_pokes_only() -> None:
    space = ConfigSpace(256)
    part = Recorder()
    space.place(part, 0x44, image_of(bytes(4)))
    space.write(0x40, b"\xff" * 12)
    assert space.read(0x40, 12) == bytes(12)
    assert [space.owner(at) for at in (0x43, 0x44, 0x47, 0x48)] == [None, part, part, None]
    space.poke(0x48, b"x")
    space.reset()
    assert space.read(0x48, 1) == b"x"


def test_a_successor_keeps_what_the_guest_changed_and_nothing_else() -> None:
    former, new = ConfigSpace(256), ConfigSpace(4096)
    former.place(Recorder(), 0x40, image_of(b"\1\1\1\1", b"\xff\xff"))
    part = Recorder()
    new.place(part, 0x40, image_of(b"\2\2\2\2", b"\xff\0\xff\xff"))
    former.write(0x40, b"\7\7\7\7")
    new.succeed(former)
    new.take_over()
    assert new.read(0x40, 4) == b"\7\2\1\1"
    assert part.calls == ["written"]


@pytest.mark.parametrize(("offset", "count"), [(-1, 1), (256, 1), (255, 2), (0, -1), (0, 257)])
def test_accesses_out_of_bounds_are_refused(offset: int, count: int) -> None:
    space = ConfigSpace(256)
    with pytest.raises(RegionError):
        space.read(offset, count)
    if count >= 0:
        with pytest.raises(RegionError):
            space.write(offset, bytes(count))
        with pytest.raises(RegionError):
            space.poke(offset, bytes(count))


def test_parts_that_overlap_or_do_not_fit_are_refused_by_name() -> None:
    space = ConfigSpace(256)
    space.place(Recorder("the first"), 0x40, image_of(bytes(8)))
    with pytest.raises(DefinitionError, match="the second at 0x44 overlaps the first"):
        space.place(Recorder("the second"), 0x44, image_of(bytes(8)))
    with pytest.raises(DefinitionError, match="the third does not fit"):
        space.place(Recorder("the third"), 0xFC, image_of(bytes(8)))
    with pytest.raises(DefinitionError, match="256 or 4096"):
        ConfigSpace(512)
