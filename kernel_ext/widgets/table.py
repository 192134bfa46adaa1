"""The one table widget: registers, interrupts, DMA and the trace are sources of its rows."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal, Protocol, TypedDict

import traitlets

from .live import Every, Live

STATIC = Path(__file__).parent.parent / "static"


class Column(TypedDict):
    """A column: its title, and what its cells are: text, a value to poke, or a button."""

    title: str
    kind: Literal["text", "edit", "press"]


class Row(TypedDict):
    """A row: a key that stays the same, one text per column, and a tone (a CSS class) or ''."""

    key: str
    cells: list[str]
    tone: str


class Source(Protocol):
    """Where a table's rows come from. It only ever peeks."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, which do not change."""

    def caption(self) -> str:
        """One line above the table."""

    def rows(self) -> list[Row]:
        """Peek and return the rows."""

    def edit(self, key: str, text: str) -> None:
        """Poke what a person typed into an `edit` cell; ValueError says why not."""

    def press(self, key: str) -> None:
        """Do what the row's button says."""


class Table(Live):
    """A live table of one source."""

    _esm = STATIC / "table.js"
    _css = STATIC / "table.css"
    columns = traitlets.List().tag(sync=True)
    rows = traitlets.List().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)

    def __init__(self, source: Source, every: Every, refuses: type[Exception]) -> None:
        self.source = source
        super().__init__(
            every,
            refuses,
            columns=list(source.columns),
            rows=source.rows(),
            caption=source.caption(),
        )

    def refresh(self) -> None:
        """Send the rows where one changed (traitlets compares)."""
        self.caption = self.source.caption()
        self.rows = self.source.rows()

    def handle(self, content: dict[str, Any]) -> None:
        """Poke or press, and show at once what came of it."""
        match content:
            case {"edit": [str(key), str(text)]}:
                self._try(self.source.edit, key, text)
            case {"press": str(key)}:
                self._try(self.source.press, key)
            case _:
                pass

    def _try(self, act: Any, *words: str) -> None:
        try:
            act(*words)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person who clicked reads it
            self.send({"said": f"{type(error).__name__}: {error}"})
        else:
            self.send({"said": ""})
            self.refresh()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the widget, and beside it a still table for where no widget can run."""
        shown = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        still = {
            "text/html": html(self.source.caption(), self.source.columns, self.source.rows()),
            "text/plain": plain(self.source.caption(), self.source.columns, self.source.rows()),
        }
        return {**data, **still}, metadata


def html(caption: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return the rows as a still HTML table (buttons left out)."""
    kept = [i for i, column in enumerate(columns) if column["kind"] != "press"]
    head = "".join(f"<th style='text-align:left'>{escape(columns[i]['title'])}</th>" for i in kept)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='text-align:left;font-family:monospace'>{escape(row['cells'][i])}</td>"
            for i in kept
        )
        + "</tr>"
        for row in rows
    )
    return f"<div><b>{escape(caption)}</b></div><table><tr>{head}</tr>{body}</table>"


def plain(caption: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return the rows as aligned text (buttons left out)."""
    kept = [i for i, column in enumerate(columns) if column["kind"] != "press"]
    lines = [
        [columns[i]["title"] for i in kept],
        *([row["cells"][i] for i in kept] for row in rows),
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(kept))]
    text = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join([caption, *(line.rstrip() for line in text)])
