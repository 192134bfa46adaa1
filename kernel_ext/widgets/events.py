"""The trace as a table's rows, newest first."""

import muserlab as ml

from .following import Following
from .table import Column, Row

LAST = 100  # events shown; the trace itself keeps many more

TONES = {ml.Kind.FAULT: "fault", ml.Kind.IRQ: "irq", ml.Kind.PATCH: "patch"}


class TraceEvents:
    """The last events of a device's trace."""

    columns: tuple[Column, ...] = (
        {"title": "seq", "kind": "number"},
        {"title": "seconds", "kind": "number"},
        {"title": "kind", "kind": "text"},
        {"title": "where", "kind": "text"},
        {"title": "offset", "kind": "number"},
        {"title": "data", "kind": "text"},
        {"title": "note", "kind": "note"},
    )

    def __init__(self, following: Following) -> None:
        self._following = following
        self._trace = following.device.trace
        self._origin: int | None = None
        self._newest = 0
        self._rows: list[Row] = []

    def caption(self) -> str:
        """Count the accesses."""
        device = self._following.device
        shown = f", the last {LAST} events" if len(device.trace) > LAST else ""
        return f"{device.name}: {device.trace.accesses} accesses{shown}{self._following.note()}"

    def rows(self) -> list[Row]:
        """Return the last events, newest first."""
        trace = self._following.device.trace
        if trace is not self._trace:
            self._trace, self._origin = trace, None
        events = trace[-LAST:]
        if not events:
            return []
        if self._origin is None:
            self._origin = trace[0].time_ns
        if events[-1].seq != self._newest:
            self._newest = events[-1].seq
            self._rows = [_row(event, self._origin) for event in reversed(events)]
        return self._rows

    def edit(self, key: str, text: str) -> None:
        """Do nothing: the past cannot be poked."""

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""


def _row(event: ml.Event, origin_ns: int) -> Row:
    return {
        "key": str(event.seq),
        "tone": TONES.get(event.kind, ""),
        "cells": list(event.cells(origin_ns)),
    }
