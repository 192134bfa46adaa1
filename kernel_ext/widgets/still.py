"""What is shown where no widget can run: on GitHub, in a terminal, in an untrusted notebook."""

from collections.abc import Sequence
from html import escape

Lines = Sequence[Sequence[str]]


def plain_table(caption: str, lines: Lines) -> str:
    """Return lines of cells, the first one the head, as aligned text."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join([caption, *(line.rstrip() for line in text)])


def html_table(caption: str, lines: Lines) -> str:
    """Return lines of cells, the first one the head, as an HTML table."""
    rows = [_row("th", head, "") for head in lines[:1]]
    rows += [_row("td", line, ";font-family:monospace") for line in lines[1:]]
    return f"<div><b>{escape(caption)}</b></div><table>{''.join(rows)}</table>"


def _row(tag: str, cells: Sequence[str], style: str) -> str:
    marked = (f"<{tag} style='text-align:left{style}'>{escape(c)}</{tag}>" for c in cells)
    return f"<tr>{''.join(marked)}</tr>"


def preformatted(text: str) -> str:
    """Return text as HTML that keeps its lines and spaces."""
    return f"<pre>{escape(text)}</pre>"
