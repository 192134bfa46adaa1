"""The memory that a client mapped for DMA as a table's rows."""

import muserlab as ml

from .following import Following
from .table import Column, Row

MOST = 256  # regions shown


class DmaRegions:
    """Address, size, directions and kind of every DMA region."""

    columns: tuple[Column, ...] = (
        {"title": "IOVA", "kind": "text"},
        {"title": "size", "kind": "number"},
        {"title": "directions", "kind": "text"},
        {"title": "reached by", "kind": "text"},
        {"title": "open windows", "kind": "number"},
        {"title": "in flight", "kind": "number"},
        {"title": "", "kind": "note"},
    )

    def __init__(self, following: Following) -> None:
        self._following = following

    def caption(self) -> str:
        """Count what is mapped."""
        device = self._following.device
        total = len(device.dma.regions)
        mapped = f"{total} regions of memory mapped" if total else "no memory mapped"
        most = f", the first {MOST} shown" if total > MOST else ""
        return f"{device.name}: {mapped} for DMA{most}{self._following.note()}"

    def rows(self) -> list[Row]:
        """List the regions by address."""
        return [_row(region) for region in self._following.device.dma.regions[:MOST]]

    def edit(self, key: str, text: str) -> None:
        """Do nothing: what is mapped is the client's affair."""

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""


def _row(region: ml.DmaRegion) -> Row:
    return {
        "key": f"{region.iova:#x}",
        "tone": "quiet" if region.kind == "messages" else "",
        "cells": [
            f"{region.iova:#014x}",
            f"{region.size:#x}",
            ("r" if region.readable else "-") + ("w" if region.writable else "-"),
            region.kind,
            str(region.open_windows),
            str(region.in_flight),
            "",
        ],
    }
