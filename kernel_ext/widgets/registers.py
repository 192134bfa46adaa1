"""The registers of a region as a table's rows."""

from typing import Any

from .table import Column, Row

MOST = 512  # rows; a register file beyond that is for scripts, not for eyes


class Registers:
    """Offset, name, access type, value and fields of every register; the value can be poked."""

    columns: tuple[Column, ...] = (
        {"title": "offset", "kind": "text"},
        {"title": "register", "kind": "text"},
        {"title": "access", "kind": "text"},
        {"title": "value", "kind": "edit"},
        {"title": "fields", "kind": "text"},
        {"title": "", "kind": "text"},
    )

    def __init__(self, region: Any) -> None:
        self._region = region
        self._parts = {part.label: part for part in region.registers[:MOST]}

    def caption(self) -> str:
        """Name the region, and tell what is left out."""
        total, shown = len(self._region.registers), len(self._parts)
        most = f", the first {shown} of {total} registers" if shown < total else ""
        return f"{self._region.name}: {self._region.size:#x} bytes{most}"

    def rows(self) -> list[Row]:
        """Peek every register."""
        return [self._row(label, part) for label, part in self._parts.items()]

    def edit(self, key: str, text: str) -> None:
        """Poke a number ("0x1f"), or fields ("go=1 mode=3")."""
        part = self._parts[key]
        if "=" in text:
            pairs = (word.split("=", 1) for word in text.replace(",", " ").split())
            part.change(None, {name: int(value, 0) for name, value in pairs})
        else:
            part.change(int(text, 0), {})

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""

    def _row(self, label: str, part: Any) -> Row:
        register, stored = part.placed.register, part.stored
        return {
            "key": label,
            "tone": "",
            "cells": [
                f"{part.start:#06x}",
                label,
                str(register.access),
                f"0x{stored:0{2 * part.placed.size}x}",
                "  ".join(f"{field.name}={value:d}" for field, value in register.decode(stored)),
                register.doc,
            ],
        }
