"""Large accesses of a region, and memory that is mapped for DMA and unmapped."""

from collections.abc import Mapping
from functools import partial

from benchmarks.contenders import Contender
from benchmarks.figures import Case
from benchmarks.traffic import KIB, MIB, Builder

SIZES = {"4 KiB": 4 * KIB, "64 KiB": 64 * KIB, "1 MiB": MIB}
DMA = "DMA map and unmap"


def transfers(contenders: Mapping[str, Contender], limit: int) -> list[Case]:
    """Return the cases for sizes up to limit; their values are GB/s of data."""
    return [
        Case(
            f"{size} {verb}",
            "GB/s",
            {who: one.doing(partial(build, size=count)) for who, one in contenders.items()},
        )
        for size, count in SIZES.items()
        if count <= limit
        for verb, build in (("read", Builder.read), ("write", Builder.write))
    ]


def mapping(contenders: Mapping[str, Contender], memory: int) -> Case:
    """Return the case of mapping a memfd and unmapping it; its value is pairs a second."""
    build = partial(Builder.map_and_unmap, memory=memory)
    return Case(DMA, "/s", {who: one.doing(build) for who, one in contenders.items()})
