"""The memory that copies find has all that the trace tells of, and is nobody else's."""

from contextlib import closing

import pytest

from muserlab.device import DmaFault, DmaRegion, PCIDevice
from muserlab.lab.rehearsal.memory import Range, RecordedMemory
from muserlab.trace import Event, Kind

PAGE = 0x1000


def event(
    kind: Kind, iova: int, size: int, data: bytes = b"", rw: tuple[bool, bool] = (True, True)
) -> Event:
    region = DmaRegion(iova, size, None, readable=rw[0], writable=rw[1])
    note = repr(region) if kind in (Kind.DMA_MAP, Kind.DMA_UNMAP) else ""
    return Event(9, 0, kind, "dma", iova, data, note)


def spans(ranges: tuple[Range, ...]) -> list[tuple[int, int]]:
    return [(one.iova, one.size) for one in ranges]


@pytest.fixture
def dev() -> PCIDevice:
    return PCIDevice("adder", id=(0x1234, 1), bar0=64)


def test_what_is_mapped_now_was_mapped_at_first_unless_the_trace_maps_it() -> None:
    here = [DmaRegion(at, PAGE, None, readable=True, writable=True) for at in (0, 0x8000)]
    with closing(RecordedMemory([event(Kind.DMA_MAP, 0x8000, PAGE)], here)) as memory:
        assert spans(memory.mapped) == [(0, PAGE)]


def test_what_the_trace_unmaps_was_mapped_at_first_unless_the_trace_maps_it() -> None:
    events = [
        event(Kind.DMA_UNMAP, 0x4000, PAGE),
        event(Kind.DMA_MAP, 0x4000, 2 * PAGE),
        event(Kind.DMA_UNMAP, 0x4000, 2 * PAGE),
    ]
    with closing(RecordedMemory(events, [])) as memory:
        assert spans(memory.mapped) == [(0x4000, PAGE)]


def test_transfers_whose_mapping_is_not_known_have_memory_too() -> None:
    events = [
        event(Kind.DMA_READ, 0x5000, 4, b"abcd"),
        event(Kind.DMA_WRITE, 0x5004, 4, b"abcd"),
        event(Kind.DMA_READ, 0x9000, 1, b"x"),
    ]
    with closing(RecordedMemory(events, [])) as memory:
        assert spans(memory.mapped) == [(0x5000, 8), (0x9000, 1)]


def test_a_copy_finds_what_was_put_there_and_keeps_what_it_writes(dev: PCIDevice) -> None:
    events = [event(Kind.DMA_MAP, 0x1000, PAGE), event(Kind.DMA_MAP, 0xFFFF_F000, PAGE)]
    with closing(RecordedMemory(events, [])) as memory:
        for at in (0x1000, 0xFFFF_F000):
            memory.map(dev.dma, Range(at, PAGE, True, True))
            memory.put(at + 8, at.to_bytes(8, "little"))
            assert dev.dma.read(at + 8, 8) == at.to_bytes(8, "little")
            dev.dma.write(at, b"mine")
            with dev.dma.window(at, 12) as view:
                assert bytes(view) == b"mine\0\0\0\0" + at.to_bytes(8, "little")[:4]


def test_memory_is_as_it_was_when_it_is_mapped_again(dev: PCIDevice) -> None:
    mapped = Range(0x1000, PAGE, True, True)
    with closing(RecordedMemory([event(Kind.DMA_MAP, 0x1000, PAGE)], [])) as memory:
        memory.map(dev.dma, mapped)
        dev.dma.write(0x1000, b"kept")
        dev.dma.unmap(0x1000, PAGE)
        memory.map(dev.dma, mapped)
        memory.map(dev.dma, mapped)  # there already
        assert dev.dma.read(0x1000, 4) == b"kept"


def test_directions_are_kept(dev: PCIDevice) -> None:
    events = [event(Kind.DMA_UNMAP, 0x1000, PAGE, rw=(True, False))]
    with closing(RecordedMemory(events, [])) as memory:
        (mapped,) = memory.mapped
        memory.map(dev.dma, mapped)
        with pytest.raises(DmaFault, match="does not allow it"):
            dev.dma.write(0x1000, b"no")


def test_a_guest_of_any_size_costs_nothing(dev: PCIDevice) -> None:
    here = [
        DmaRegion(0, 1 << 40, None, readable=True, writable=True),
        DmaRegion(1 << 50, 1 << 50, None, readable=True, writable=True),
    ]
    with closing(RecordedMemory([event(Kind.DMA_READ, (1 << 50) + 8, 4, b"abcd")], here)) as memory:
        for mapped in memory.mapped:
            memory.map(dev.dma, mapped)
        memory.put((1 << 40) - 1, b"x")
        assert dev.dma.read((1 << 40) - 1, 1) == b"x"
        memory.put((1 << 50) + 8, b"abcd")
        assert dev.dma.read((1 << 50) + 8, 4) == b"abcd"
