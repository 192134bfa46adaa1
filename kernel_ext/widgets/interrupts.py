"""The interrupt vectors of a device as a table's rows."""

from typing import Any

from .table import Column, Row

MOST = 64  # vectors shown


class Interrupts:
    """State and counts of every vector, and a button that fires it."""

    columns: tuple[Column, ...] = (
        {"title": "vector", "kind": "text"},
        {"title": "state", "kind": "text"},
        {"title": "fired", "kind": "text"},
        {"title": "delivered", "kind": "text"},
        {"title": "masked", "kind": "text"},
        {"title": "pending", "kind": "text"},
        {"title": "lost", "kind": "text"},
        {"title": "", "kind": "press"},
    )

    def __init__(self, device: Any) -> None:
        every = (vector for irq in device.irqs for vector in irq.vectors)
        self._device = device
        self._vectors = {vector.name: vector for vector, _ in zip(every, range(MOST), strict=False)}

    def caption(self) -> str:
        """Name the device."""
        return f"{self._device.name}: interrupts"

    def rows(self) -> list[Row]:
        """Look at every vector."""
        return [self._row(name, vector) for name, vector in self._vectors.items()]

    def edit(self, key: str, text: str) -> None:
        """Do nothing: no cell can be poked."""

    def press(self, key: str) -> None:
        """Fire the vector, as the device would."""
        self._vectors[key].fire()

    def _row(self, name: str, vector: Any) -> Row:
        counts = vector.counts
        state = "masked" if vector.masked else "enabled" if vector.enabled else "not set up"
        return {
            "key": name,
            "tone": "" if vector.enabled else "quiet",
            "cells": [
                name,
                state,
                *map(str, (counts.fired, counts.delivered, counts.masked, counts.pending)),
                str(counts.lost),
                "fire",
            ],
        }
