"""The memory that a client mapped for DMA as a table's rows."""

from typing import Any

from .table import Column, Row

MOST = 256  # regions shown


class DmaRegions:
    """Address, size, directions and kind of every DMA region."""

    columns: tuple[Column, ...] = (
        {"title": "IOVA", "kind": "text"},
        {"title": "size", "kind": "text"},
        {"title": "directions", "kind": "text"},
        {"title": "reached by", "kind": "text"},
        {"title": "windows", "kind": "text"},
        {"title": "in flight", "kind": "text"},
    )

    def __init__(self, device: Any) -> None:
        self._device = device

    def caption(self) -> str:
        """Count what is mapped."""
        return f"{self._device.name}: {len(self._device.dma.regions)} DMA regions"

    def rows(self) -> list[Row]:
        """List the regions by address."""
        return [self._row(region) for region in self._device.dma.regions[:MOST]]

    def edit(self, key: str, text: str) -> None:
        """Do nothing: what is mapped is the client's affair."""

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""

    def _row(self, region: Any) -> Row:
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
            ],
        }
