"""The text of one function: what comes before its def, and the rest."""

import ast
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from muserlab.source.defaults import Definition, settled
from muserlab.source.lines import WIDTH, dedented, indented
from muserlab.source.texts import function_text, lambda_text

HOOKS = {
    *("on_read", "on_write", "on_change", "on_reset", "on_connect", "on_disconnect"),
    *("on_migrate", "on_map", "on_unmap", "on_state", "migrate"),
}


@dataclass(frozen=True, slots=True)
class FunctionText:
    """A function's text at the left margin.

    ``decorators`` are the lines before the def that are not a hook's, ``remark`` is the comment
    behind the one that is and ``column`` where that begins, ``body`` everything from the def on,
    and ``name`` what the def calls it.  A lambda has an ``expression`` only.
    """

    name: str = ""
    decorators: str = ""
    remark: str = ""
    column: int = 0
    body: str = ""
    expression: str = ""

    @property
    def all(self) -> str:
        """The text as a statement."""
        return f"{self.expression}\n" if self.expression else self.decorators + self.body

    def renamed(self, name: str) -> str:
        """Return the body under another name."""
        if name == self.name:
            return self.body
        head, _, rest = self.body.partition(self.name)
        return f"{head}{name}{rest}"

    def within(self, names: Sequence[str]) -> str:
        """Return the text inside a function that has names as its variables."""
        return f"def _({', '.join(names)}):\n{indented(self.all)}"


def text_of(
    function: Callable[..., Any], source: str = "", *, decorated: bool = False
) -> FunctionText | None:
    """Return a function's text, None where it is not known.

    ``source`` is what it was when the function was defined, where that was kept. Decorators that
    put a function at a hook are left out, as are all where the function is the undecorated one,
    unless it is said to be ``decorated``.
    """
    raw = inspect.unwrap(function)
    if not inspect.isfunction(raw):
        return None
    if raw.__code__.co_name == "<lambda>":
        expression = lambda_text(raw.__code__)
        return FunctionText(expression=expression) if expression else None
    text = f"{dedented(source).rstrip()}\n" if source else function_text(raw)
    node = _definition(text)
    if node is None:
        return None
    text = settled(text, node, raw)
    lines = text.splitlines(keepends=True)
    dropped = [
        decorator
        for decorator in node.decorator_list
        if (raw is function and not decorated)
        or (isinstance(decorator, ast.Attribute) and decorator.attr in HOOKS)
    ]
    rows = {row for one in dropped for row in range(one.lineno, (one.end_lineno or 0) + 1)}
    return FunctionText(
        node.name,
        "".join(line for row, line in enumerate(lines[: node.lineno - 1], 1) if row not in rows),
        *next((found for one in dropped if (found := _remark(lines, one))), ("", 0)),
        "".join(lines[node.lineno - 1 :]),
    )


def defined(text: FunctionText, places: Iterable[str], name: str = "") -> str:
    """Return a function's definition, under a name if one is given, put at hooks by decorators."""
    decorators = [f"@{place}\n" for place in places]
    if text.remark and decorators:
        first = f"{f'{decorators[0].rstrip()} ':<{text.column - 1}} {text.remark}\n"
        decorators[:1] = [first] if len(first) <= WIDTH else [f"{text.remark}\n", decorators[0]]
    return "".join([*decorators, text.decorators, text.renamed(name or text.name)])


def _definition(text: str) -> Definition | None:
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return None
    if len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return body[0]
    return None


def _remark(lines: list[str], decorator: ast.expr) -> tuple[str, int] | None:
    """Return the comment behind a decorator, and its column."""
    line, end = lines[(decorator.end_lineno or 0) - 1].encode(), decorator.end_col_offset or 0
    before, rest = line[:end].decode(), line[end:].decode()
    remark = rest.strip()
    return (remark, len(before) + rest.index("#")) if remark else None
