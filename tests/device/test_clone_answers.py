"""A copy and its original answer the same accesses the same, whatever they went through before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from muserlab.device import BAR, Memory, PCIDevice, RegionError, ResetKind
from muserlab.regs import RC, RO, RW, RW1C, W1C, W1S, WO, bit, bits


class Everything(BAR, size=0x400):
    A = RW(0x00, reset=5)
    CTRL = RW(0x04, go=bit(0), mode=bits(7, 4))
    SUM = RO(0x08)
    STAT = W1C(0x0C, done=bit(0), error=bit(1), reset=3)
    SET = W1S(0x10)
    ONCE = RC(0x14, reset=0xFF)
    OUT = WO(0x18)
    LOG = RW1C(0x1C, size=2, reset=0xFFFF)
    CH = RW(0x20, count=4, size=8)
    BUF = Memory(0x80, 0x80)


def device() -> PCIDevice:
    dev = PCIDevice("all", id=(0x1234, 1), bar0=Everything, bar1=64, msi=2, intx=True, express=True)
    dev.state.starts = []

    @dev.bar0.CTRL.on_write
    def start(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.state.starts.append(int(new))
        dev.bar0.SUM.poke(sum(dev.state.starts) & 0xFFFF_FFFF)
        dev.bar0.STAT.poke(done=1)
        if new.mode > 8:
            raise ValueError("no such mode")
        dev.msi[new.go].fire()

    @dev.bar0.CH.on_read
    def element(dev: PCIDevice, value: Any) -> int:
        return int(value) + value.index[0]

    @dev.bar0[0x300:0x310].on_write
    def line(dev: PCIDevice, offset: int, data: bytes) -> None:
        dev.intx.raise_() if data[0] & 1 else dev.intx.lower()

    @dev.on_reset
    def again(dev: PCIDevice, kind: ResetKind) -> None:
        dev.bar0.A.poke(len(dev.state.starts))

    return dev


class Quiet:
    """The host of a device whose hooks fail on purpose."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: args[0](*args[1:], **kwargs) if name == "run" else None


def spans(size: int) -> st.SearchStrategy[tuple[int, int]]:
    counts = st.sampled_from([1, 2, 4, 8, 3, 16])
    return st.tuples(st.integers(0, size - 16), counts)


READS = st.tuples(st.just("read"), st.sampled_from([0, 1, 7]), spans(64) | spans(0x400))
WRITES = st.tuples(
    st.just("write"), st.sampled_from([0, 1, 7]), spans(64) | spans(0x400), st.binary(min_size=16)
)
RESETS = st.tuples(st.just("reset"), st.sampled_from(ResetKind))
ACTS = st.lists(READS | WRITES | RESETS, max_size=20)


def act(dev: PCIDevice, what: str, *args: Any) -> object:
    """Do one thing to a device; return all that can be seen of it then."""
    answer: object = None
    if what == "reset":
        dev.reset(*args)
    else:
        index, (offset, count), *data = args
        region = dev.region(index)
        if offset + count <= region.size:
            written = [data[0][:count]] if data else [count]
            try:
                answer = getattr(region, what)(offset, *written)
            except RegionError as error:
                answer = error.errno
    bars = [region.peek(0, region.size) for region in dev.present]
    vectors = [repr(vector) for vector in dev.interrupts.vectors]
    return answer, bars, vectors, vars(dev.state)


@given(before=ACTS, after=ACTS)
def test_a_copy_answers_as_its_original_does(before: list[Any], after: list[Any]) -> None:
    original = device()
    original.host = Quiet()
    for one in before:
        act(original, *one)
    copy = original.clone()
    copy.host = Quiet()
    for one in after:
        assert act(copy, *one) == act(original, *one)


@given(before=ACTS, after=ACTS)
def test_an_original_notices_nothing_of_its_copy(before: list[Any], after: list[Any]) -> None:
    original, twin = device(), device()
    original.host = twin.host = Quiet()
    for one in before:
        act(original, *one)
        act(twin, *one)
    copy = original.clone()
    copy.host = Quiet()
    events = len(original.trace)
    for one in after:
        act(copy, *one)
    assert len(original.trace) == events
    for one in after:
        assert act(original, *one) == act(twin, *one)
