"""Accesses of any size and alignment do to every bit what its access type says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device import BAR, Memory, PCIDevice, RegionError
from muserlab.regs import RC, RO, RW, RW1C, W1C, W1S, WO, Access, bits

SIZE = 64


class MixedBar(BAR, size=SIZE):
    BYTE = RW(0x01, size=1, reset=0x5A)
    WORD = RO(0x02, size=2, reset=0xBEEF)
    MIX = RW(
        0x04,
        reset=0x9000_0F35,
        clears=bits(7, 0, W1C),
        fixed=bits(11, 8, RO),
        secret=bits(19, 12, WO),
        once=bits(31, 28, RC),
    )
    SETS = W1S(0x08, size=8)
    STICKY = RW1C(0x10, size=2, reset=0xFFFF, count=3, stride=4)
    MEM = Memory(0x20, 9)


class Model:
    """The same region, bit by bit."""

    def __init__(self) -> None:
        self.stored = [0] * (8 * SIZE)
        self.access: list[Access | None] = [None] * (8 * SIZE)
        for placed in MixedBar.__layout__:
            register = placed.register
            for n in range(8 * placed.size):
                at = 8 * placed.offset + n
                fields = [f for f in register.fields.values() if f.lsb <= n <= f.msb]
                self.access[at] = fields[0].access if fields else register.access
                self.stored[at] = register.reset >> n & 1
        for at in range(8 * 0x20, 8 * 0x29):
            self.access[at] = RW

    def read(self, offset: int, count: int) -> bytes:
        return _bytes([self._read(at) for at in range(8 * offset, 8 * (offset + count))])

    def _read(self, at: int) -> int:
        if self.access[at] in (None, WO):
            return 0
        bit = self.stored[at]
        if self.access[at] is RC:
            self.stored[at] = 0
        return bit

    def write(self, offset: int, data: bytes) -> None:
        for n in range(8 * len(data)):
            at, bit = 8 * offset + n, data[n // 8] >> n % 8 & 1
            access = self.access[at]
            if access in (RW, WO):
                self.stored[at] = bit
            elif access in (W1C, RW1C) and bit:
                self.stored[at] = 0
            elif access is W1S and bit:
                self.stored[at] = 1

    def peek(self) -> bytes:
        return _bytes(self.stored)


def _bytes(found: list[int]) -> bytes:
    return sum(bit << n for n, bit in enumerate(found)).to_bytes(len(found) // 8, "little")


@st.composite
def accesses(draw: Any) -> list[tuple[int, int | bytes]]:
    """Reads as (offset, count) and writes as (offset, data)."""
    found: list[tuple[int, int | bytes]] = []
    for _ in range(draw(st.integers(1, 8))):
        offset = draw(st.integers(0, SIZE - 1))
        count = draw(st.integers(1, min(SIZE - offset, 12)))
        data = st.binary(min_size=count, max_size=count)
        found.append((offset, draw(st.one_of(st.just(count), data))))
    return found


@given(accesses())
def test_accesses_agree_with_a_model_of_bits(script: list[tuple[int, int | bytes]]) -> None:
    region = PCIDevice("mixed", id=(0x1234, 2), bar0=MixedBar).region(0)
    model = Model()
    for offset, what in script:
        if isinstance(what, bytes):
            region.write(offset, what)
            model.write(offset, what)
        else:
            assert region.read(offset, what) == model.read(offset, what)
        assert region.peek(0, SIZE) == model.peek()


@given(accesses())
def test_hooks_that_only_watch_change_no_access(script: list[tuple[int, int | bytes]]) -> None:
    plain = PCIDevice("plain", id=(0x1234, 2), bar0=MixedBar)
    watched = PCIDevice("watched", id=(0x1234, 2), bar0=MixedBar)
    for hook in (watched.bar0.MIX.on_read, watched.bar0.MIX.fixed.on_read):
        hook(lambda dev, value: None)
    for hook in (watched.bar0.SETS.on_write, watched.bar0.MIX.once.on_write):
        hook(lambda dev, new, old: None)
    for offset, what in script:
        if isinstance(what, bytes):
            plain.region(0).write(offset, what)
            watched.region(0).write(offset, what)
        else:
            assert plain.region(0).read(offset, what) == watched.region(0).read(offset, what)
    assert plain.bar0.peek(0, SIZE) == watched.bar0.peek(0, SIZE)


@pytest.mark.parametrize(
    ("offset", "count"), [(SIZE, 1), (SIZE - 3, 4), (0, 0), (-1, 4), (0, SIZE + 1), (1 << 40, 4)]
)
def test_an_access_that_is_not_all_in_the_region_is_refused(offset: int, count: int) -> None:
    region = PCIDevice("mixed", id=(0x1234, 2), bar0=MixedBar).region(0)
    with pytest.raises(RegionError, match="bar0 has 0x40 bytes"):
        region.read(offset, count)
    with pytest.raises(RegionError, match="are not in it"):
        region.write(offset, bytes(count))


def test_a_bar_without_registers_is_memory() -> None:
    region = PCIDevice("plain", id=(0x1234, 2), bar2=4096).region(2)
    region.write(17, b"hello")
    assert region.read(16, 7) == b"\0hello\0"


def where_and_note(device: PCIDevice) -> list[tuple[str, str]]:
    return [(event.where, event.note) for event in device.trace]


def test_the_trace_says_which_register_was_accessed_and_where_none_is() -> None:
    device = PCIDevice("mixed", id=(0x1234, 2), bar0=MixedBar)
    region = device.region(0)
    region.read(0x02, 2)
    region.read(0x05, 1)
    region.write(0x20, b"12")
    region.write(0x30, b"1234")
    region.read(0x00, 8)
    region.read(0x1C, 8)
    assert where_and_note(device) == [
        ("bar0.WORD", ""),
        ("bar0.MIX", ""),
        ("bar0.MEM", ""),
        ("bar0", "undeclared"),
        ("bar0", "undeclared..MIX"),
        ("bar0", "undeclared..MEM"),
    ]
    assert device.trace.accesses == 6
    assert device.trace[0].data == b"\xef\xbe"


class Wide(BAR, size=0x8000):
    CTRL = RW(0x0)
    BUF = Memory(0x1000, 0x4000)


def wide() -> PCIDevice:
    return PCIDevice("wide", id=(0x1234, 1), bar0=Wide)


def test_what_is_lent_is_what_would_be_read_and_recorded_alike() -> None:
    lender, reader = wide(), wide()
    for dev in (lender, reader):
        dev.bar0.poke(0x1000, bytes(range(256)) * 16)
    lent = lender.bar0.lend(0x1000, 0x1000)
    assert lent == reader.bar0.read(0x1000, 0x1000)
    one, other = lender.trace[-1], reader.trace[-1]
    assert one._replace(time_ns=0, took_ns=0) == other._replace(time_ns=0, took_ns=0)


def test_memory_that_nobody_declared_counts_what_was_lent() -> None:
    dev = PCIDevice("plain", id=(0x1234, 1), bar0=0x8000)
    dev.bar0.lend(0, 0x2000)
    dev.bar0.read(0, 0x2000)
    assert [group.count for group in dev.bar0.undeclared.reads.values()] == [2]


@pytest.mark.parametrize(
    ("offset", "count"), [(0x0, 4), (0x0, 0x2000), (0x4000, 0x2000), (0x7000, 0x2000), (0x1000, 8)]
)
def test_only_large_parts_of_memory_are_lent(offset: int, count: int) -> None:
    dev = wide()
    assert dev.bar0.lend(offset, count) is None
    assert not len(dev.trace)


def test_memory_whose_reads_have_a_hook_is_not_lent() -> None:
    dev = wide()

    @dev.bar0[0x1000:0x1004].on_read
    def ones(dev: PCIDevice, offset: int, count: int) -> bytes:
        return b"\xff" * count

    assert dev.bar0.lend(0x2000, 0x1000) is None
