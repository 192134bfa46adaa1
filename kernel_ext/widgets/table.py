"""The one table widget: registers, interrupts, DMA and the trace are sources of its rows."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypedDict

import traitlets

from .following import Following
from .live import Live, static
from .still import html_table, plain_table


class Column(TypedDict):
    """A column: its title, and what its cells are.

    Text, a number (flush right), a note (prose), a value or fields (which can be poked), or a
    button to press.
    """

    title: str
    kind: Literal["text", "number", "note", "value", "fields", "press"]


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
        ...

    def caption(self) -> str:
        """One line above the table."""
        ...

    def rows(self) -> list[Row]:
        """Peek and return the rows."""
        ...

    def edit(self, key: str, text: str) -> None:
        """Poke what a person typed into a cell; ValueError says why not."""
        ...

    def press(self, key: str) -> None:
        """Do what the row's button says."""
        ...


class Table(Live):
    """A live table of one source."""

    _esm = static("watching.js", "table.js")
    _css = static("common.css", "table.css")
    columns = traitlets.List[Column]().tag(sync=True)
    rows = traitlets.List[Row]().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)

    def __init__(self, source: Source, following: Following) -> None:
        self.source = source
        super().__init__(
            following,
            columns=list(source.columns),
            rows=source.rows(),
            caption=source.caption(),
        )

    def refresh(self) -> None:
        """Take the rows as they are now."""
        self.caption = self.source.caption()
        self.rows = self.source.rows()

    def handle(self, content: dict[str, Any]) -> None:
        """Poke or press."""
        match content:
            case {"edit": [str(key), str(text)]}:
                self.act(self.source.edit, key, text)
            case {"press": str(key)}:
                self.act(self.source.press, key)
            case _:
                pass

    def still(self) -> tuple[str, str]:
        """Return the rows as aligned text, and as a table without buttons."""
        kept = [i for i, column in enumerate(self.source.columns) if column["kind"] != "press"]
        lines = [
            [self.source.columns[i]["title"] for i in kept],
            *([row["cells"][i] for i in kept] for row in self.source.rows()),
        ]
        caption = self.source.caption()
        return plain_table(caption, lines), html_table(caption, lines)
