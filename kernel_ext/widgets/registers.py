"""The registers of a region as a table's rows."""

from enum import Enum

import muserlab as ml

from .following import Following
from .table import Column, Row

MOST = 512  # rows; a register file beyond that is for scripts, not for eyes


class Registers:
    """Offset, name, access type, value and fields of every register; the latter can be poked."""

    columns: tuple[Column, ...] = (
        {"title": "offset", "kind": "text"},
        {"title": "register", "kind": "text"},
        {"title": "access", "kind": "text"},
        {"title": "value", "kind": "value"},
        {"title": "fields", "kind": "fields"},
        {"title": "", "kind": "note"},
    )

    def __init__(self, following: Following, bank: ml.Bank) -> None:
        self._following = following
        self._index = bank.index
        self._name = bank.name

    def caption(self) -> str:
        """Name the region, and tell what is left out."""
        bank = self._bank()
        if bank is None:
            return f"{self._name}, which this definition does not have{self._following.note()}"
        total = len(bank.registers)
        most = f", the first {MOST} of {total} registers" if total > MOST else ""
        return f"{self._name}: {bank.size:#x} bytes{most}{self._following.note()}"

    def rows(self) -> list[Row]:
        """Peek every register."""
        bank = self._bank()
        if bank is None:
            return []
        return [
            {
                "key": part.label,
                "tone": "",
                "cells": [
                    f"{part.start:#06x}",
                    part.label,
                    str(part.placed.register.access),
                    f"0x{stored:0{2 * part.placed.size}x}",
                    "  ".join(
                        f"{field.name}={_shown(value)}"
                        for field, value in part.placed.register.decode(stored)
                    ),
                    part.placed.register.doc,
                ],
            }
            for part in bank.registers[:MOST]
            for stored in (part.stored,)
        ]

    def edit(self, key: str, text: str) -> None:
        """Poke a number ("0x1f"), or fields by number or name ("go=1 mode=FAST")."""
        bank = self._bank()
        parts = {} if bank is None else {part.label: part for part in bank.registers}
        part = parts[key]
        if "=" not in text:
            part.change(int(text, 0), {})
            return
        fields = part.placed.register.fields
        changed: dict[str, int | Enum] = {}
        for word in text.replace(",", " ").split():
            name, _, value = word.partition("=")
            known = fields[name].enum if name in fields else None
            named = known.__members__.get(value) if known is not None else None
            changed[name] = int(value, 0) if named is None else named
        part.change(None, changed)

    def press(self, key: str) -> None:
        """Do nothing: no cell is a button."""

    def _bank(self) -> ml.Bank | None:
        region = self._following.region(self._index)
        return region if isinstance(region, ml.Bank) else None


def _shown(value: int | Enum) -> str:
    if isinstance(value, Enum):
        return value.name or str(value.value)  # no flag set: a member without a name
    return f"{value:#x}" if value > 9 else f"{value}"
