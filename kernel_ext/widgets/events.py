"""The trace as a table's rows, newest first."""

from typing import Any

from .table import Column, Row

LAST = 100  # events shown; the trace itself keeps many more

TONES = {"fault": "fault", "irq": "irq", "patch": "patch"}


class TraceEvents:
    """The last events of a trace."""

    columns: tuple[Column, ...] = (
        {"title": "seq", "kind": "text"},
        {"title": "time/s", "kind": "text"},
        {"title": "kind", "kind": "text"},
        {"title": "where", "kind": "text"},
        {"title": "offset", "kind": "text"},
        {"title": "data", "kind": "text"},
        {"title": "note", "kind": "text"},
    )

    def __init__(self, name: str, trace: Any) -> None:
        self._name = name
        self._trace = trace
        events = trace[:1]
        self._origin = events[0].time_ns if events else None

    def caption(self) -> str:
        """Count the accesses."""
        return f"{self._name}: {self._trace.accesses} accesses, the last {LAST} events"

    def rows(self) -> list[Row]:
        """Return the last events, newest first."""
        return [self._row(event) for event in reversed(self._trace[-LAST:])]

    def edit(self, key: str, text: str) -> None:
        """Do nothing: the past cannot be poked."""

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""

    def _row(self, event: Any) -> Row:
        if self._origin is None:
            self._origin = event.time_ns
        return {
            "key": str(event.seq),
            "tone": TONES.get(str(event.kind), ""),
            "cells": [
                str(event.seq),
                f"{(event.time_ns - self._origin) / 1e9:.6f}",
                str(event.kind),
                event.where,
                "" if event.offset is None else f"{event.offset:#x}",
                shown(event.data),
                event.note,
            ],
        }


def shown(data: bytes) -> str:
    """Show up to 8 bytes as a number, more as the first of them."""
    if not data:
        return ""
    if len(data) <= 8:
        return f"0x{int.from_bytes(data, 'little'):0{2 * len(data)}x}"
    return f"{data[:8].hex(' ')} … {len(data)} bytes"
