"""Figures for people: tables on a terminal, and the same as a picture."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from rich import box
from rich.bar import Bar
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure, Figures
from benchmarks.history import change
from benchmarks.instructions import check
from benchmarks.targets import Verdict

NOISE = 0.1
"""Changes up to this part of a number get no colour: times are as noisy as that."""

_LESS_IS_BETTER = frozenset({"µs", "ms", "bytes", "‰ of a CPU"})
_WIDTH = 150
_BAR = 20
_MOST = 2.0
"""Where a bar ends: twice what is wanted."""


def tables(figures: Figures, usual: Mapping[str, float]) -> Iterator[Table]:
    """Yield a table for each condition and set of subjects, whose rows are the cases.

    A cell says a subject's ratio to the first one, how long half of its turns and 99 % of them took
    at most, and the change against what is usual.
    """
    by_case = groupby(figures, key=lambda figure: (figure.group, figure.case))
    grids: dict[tuple[str, tuple[str, ...]], Table] = {}
    for (group, case), its in by_case:
        row = list(its)
        subjects = tuple(figure.subject for figure in row)
        table = grids.get((group, subjects))
        if table is None:
            table = grids[group, subjects] = _table(group, *subjects)
        table.add_row(case, *(_cell(figures, figure, usual) for figure in row))
    yield from grids.values()


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """Return the table of what is to be reached; a bar up to the middle is just good enough."""
    table = _table("to be reached", "wanted", "measured", "")
    table.add_column(f"{'│ as wanted':>{_BAR // 2 + 10}}", no_wrap=True)
    for verdict in verdicts:
        target = verdict.target
        missed = "below" if target.bound == "at least" else "above"
        said = Text("ok", "green") if verdict.met else Text(missed, "bold red")
        wanted = f"{target.bound} {number(target.limit)}"
        table.add_row(target.text, wanted, number(verdict.measured), said, _bar(verdict))
    return table


def count_table(counts: check.Counts, usual: Mapping[str, float]) -> Table:
    """Return the table of what one access executes, by path and by what is counted."""
    counted = list(dict.fromkeys(name for numbers in counts.values() for name in numbers))
    table = _table("executed for one access", *counted)
    for path, numbers in counts.items():
        cells = [Text(f"{numbers[name]:,.0f}") if name in numbers else Text() for name in counted]
        for cell, name in zip(cells, counted, strict=True):
            cell.append_text(_change(numbers.get(name, 0), usual.get(check.key(path, name)), True))
        table.add_row(path, *cells)
    return table


def save_picture(file: Path, title: str, parts: Iterable[RenderableType]) -> None:
    """Write what a terminal would show as an SVG image."""
    with Path("/dev/null").open("w") as nowhere:
        console = Console(file=nowhere, record=True, width=_WIDTH, force_terminal=True)
        for part in parts:
            console.print(part)
    file.write_text(console.export_svg(title=title))


def number(value: float) -> str:
    """Return a number with as many digits as mean something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _cell(figures: Figures, figure: Figure, usual: Mapping[str, float]) -> Text:
    ratio = figures.ratio(figure)
    text = Text(f"{number(figure.value)} {figure.unit}" if ratio is None else number(ratio))
    value = figure.value if ratio is None else ratio
    text.append_text(_change(value, usual.get(figure.key), figure.unit in _LESS_IS_BETTER))
    if figure.median is not None and figure.p99 is not None:
        text.append(f"\n{figure.median:.1f} / {figure.p99:.1f} µs", "dim")
    return text


def _change(value: float, usual: float | None, less_is_better: bool) -> Text:
    """Return by how much a value is above what is usual, in colour where that says something."""
    changed = change(value, usual)
    if changed is None:
        return Text()
    worse = changed if less_is_better else -changed
    style = "bold red" if worse > NOISE else "green" if worse < -NOISE else "dim"
    return Text(f" {changed:+.0%}", style)


def _bar(verdict: Verdict) -> Bar:
    reached = min(verdict.reached, _MOST)
    return Bar(_MOST, 0, reached, width=_BAR, color="green" if verdict.met else "red")
