"""Layouts as tables, for reprs and widgets: the definition alone, so that nothing is ever read."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from muserlab.regs.access import Access
from muserlab.regs.field import Field

if TYPE_CHECKING:
    from muserlab.regs.placed import Placed

_HEADINGS = ("offset", "name", "access", "size", "reset", "fields", "doc")
_MOST_SHOWN = 64


class Row(NamedTuple):
    """What a datasheet's table says of one register; ``offset`` and ``size`` are in bytes."""

    name: str
    offset: int
    size: int
    access: Access
    reset: int
    fields: tuple[Field, ...]
    doc: str


def describe(registers: "Iterable[Placed]") -> list[Row]:
    """Return a row for each register of a layout, in its order."""
    return [
        Row(
            placed.path,
            placed.offset,
            placed.size,
            placed.register.access,
            placed.register.reset,
            tuple(placed.register.fields.values()),
            placed.register.doc,
        )
        for placed in registers
    ]


def table(rows: Sequence[Row]) -> str:
    """Return rows as text in columns, headings first; of very many only the first ones."""
    shown = [_HEADINGS, *(_cells(row) for row in rows[:_MOST_SHOWN])]
    widths = [max(len(cell) for cell in column) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in shown
    ]
    if len(rows) > _MOST_SHOWN:
        lines.append(f"… {len(rows) - _MOST_SHOWN} more")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.offset:#06x}",
        row.name,
        str(row.access),
        str(row.size),
        f"0x{row.reset:0{2 * row.size}x}",
        " ".join(_field(field, row.access) for field in row.fields),
        row.doc,
    )


def _field(field: Field, inherited: Access) -> str:
    own = "" if field.access in (None, inherited) else f":{field.access}"
    return f"{field.name}[{field.bits}]{own}"
