"""What a client offered for DMA, and what the device touched of it, as a picture to scale."""

import re
from typing import Any

import traitlets

import muserlab as ml

from .following import Following
from .live import Live, static
from .memory import Memory
from .sizes import size_text
from .still import html_table, plain_table

MOST = 256  # regions shown; a client behind an IOMMU may map many more

HEAD = ("IOVA", "size", "directions", "reached by", "read", "written", "in use")
REACHED = {
    "mapped": "memfd, sealed: mapped",
    "file": "file, not sealed: pread, pwrite",
    "messages": "messages",
}

_MARKED = re.compile(rb"\x01+")


class DmaMap(Live):
    """The map of a device's DMA regions; pressing one shows its bytes in the view of memory."""

    _esm = static(
        "watching.js", "bytes.js", "dmascale.js", "dmapicture.js", "dmatable.js", "dmamap.js"
    )
    _css = static("common.css", "dmamap.css")
    caption = traitlets.Unicode().tag(sync=True)
    head = traitlets.List[str](list(HEAD)).tag(sync=True)
    regions = traitlets.List[dict[str, Any]]().tag(sync=True)

    def __init__(self, following: Following, memory: Memory) -> None:
        self._memory = memory
        super().__init__(following)
        self.refresh()

    def refresh(self) -> None:
        """Take what is mapped now."""
        device = self.following.device
        regions = device.dma.regions
        most = f", the first {MOST} shown" if len(regions) > MOST else ""
        count = f"{len(regions)} regions" if len(regions) != 1 else "1 region"
        mapped = f"{count} of memory{most}" if regions else "the client has mapped no memory"
        self.caption = f"DMA of {device.name}: {mapped}{self.following.note()}"
        self.regions = [_region(region) for region in regions[:MOST]]

    def handle(self, content: dict[str, Any]) -> None:
        """Show the memory at an address."""
        match content:
            case {"open": str(address)}:
                self._memory.reveal(int(address, 16))
            case _:
                pass

    def still(self) -> tuple[str, str]:
        """Return the regions as a table."""
        lines = [HEAD, *(region["cells"] for region in self.regions)]
        return plain_table(self.caption, lines), html_table(self.caption, lines)


def _region(region: ml.DmaRegion) -> dict[str, Any]:
    return {
        "start": f"{region.iova:x}",
        "end": f"{region.end:x}",
        "kind": region.kind,
        "read": _runs(region.reads),
        "written": _runs(region.writes),
        "cells": [
            f"{region.iova:#x}",
            size_text(region.size),
            region.directions,
            REACHED[region.kind],
            _transfers(region.reads),
            _transfers(region.writes),
            f"{region.open_windows} windows, {region.in_flight} transfers" if region.busy else "",
        ],
    }


def _runs(touched: ml.Touched) -> list[tuple[int, int]]:
    """Return first and last of each run of marks, as offsets in units of the marks' step."""
    return [run.span() for run in _MARKED.finditer(touched.marks)]


def _transfers(touched: ml.Touched) -> str:
    return f"{size_text(touched.total)} in {touched.count:,}" if touched.count else ""
