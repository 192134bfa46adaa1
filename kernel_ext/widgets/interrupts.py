"""The interrupt vectors of a device as a table's rows."""

from itertools import islice

import muserlab as ml

from .following import Following
from .table import Column, Row

MOST = 64  # vectors shown


class Interrupts:
    """State and counts of every vector, or of those of one type, and a button that fires it."""

    columns: tuple[Column, ...] = (
        {"title": "vector", "kind": "text"},
        {"title": "state", "kind": "text"},
        {"title": "fired", "kind": "number"},
        {"title": "delivered", "kind": "number"},
        {"title": "masked", "kind": "number"},
        {"title": "pending", "kind": "number"},
        {"title": "lost", "kind": "number"},
        {"title": "", "kind": "press"},
    )

    def __init__(self, following: Following, only: str = "") -> None:
        self._following = following
        self._only = only

    def caption(self) -> str:
        """Name the device, and tell what is left out."""
        device, total = self._following.device, len(self._vectors())
        most = f", the first {MOST} of {total}" if total > MOST else ""
        what = self._only or "interrupts"
        return f"{device.name}: {what}{most}{self._following.note()}"

    def rows(self) -> list[Row]:
        """Look at every vector."""
        return [_row(name, vector) for name, vector in islice(self._vectors().items(), MOST)]

    def edit(self, key: str, text: str) -> None:
        """Do nothing: no cell can be poked."""

    def press(self, key: str) -> None:
        """Fire the vector, as the device would."""
        self._vectors()[key].fire()

    def _vectors(self) -> dict[str, ml.Vector]:
        return {
            vector.name: vector
            for irq in self._following.device.interrupts
            if self._only in {"", irq.name}
            for vector in irq.vectors
        }


def _row(name: str, vector: ml.Vector) -> Row:
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
