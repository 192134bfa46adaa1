"""Defaults of parameters, which were worked out when a function was defined.

`def start(dev, new, old, channel=i)` means the `i` of that moment. Where its name stands for
something else by now, the value takes its place in the text.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from muserlab.source.expressions import literal
from muserlab.source.scope import Scope

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def settled(text: str, node: Definition, function: Callable[..., Any]) -> str:
    """Return a function's text with the defaults that it has; `node` is the text's definition."""
    lines = text.encode().splitlines(keepends=True)
    for expression, value in reversed(list(_given(node, function))):
        shown = literal(value)
        if shown is None or _still_gives(expression, value, Scope.of(function)):
            continue
        first, last = expression.lineno - 1, (expression.end_lineno or 0) - 1
        before = lines[first][: expression.col_offset]
        after = lines[last][expression.end_col_offset :]
        lines[first : last + 1] = [before + shown.encode() + after]
    return b"".join(lines).decode()


def _given(node: Definition, function: Any) -> Iterator[tuple[ast.expr, Any]]:
    """Yield each default's expression and value, in the order of the text."""
    yield from zip(node.args.defaults, function.__defaults__ or (), strict=False)
    for argument, expression in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if expression is not None:
            yield expression, function.__kwdefaults__[argument.arg]


def _still_gives(expression: ast.expr, value: object, scope: Scope) -> bool:
    if isinstance(expression, ast.Name):
        known = scope.knows(expression.id)
        return (
            known
            and type(scope.value(expression.id)) is type(value)
            and (scope.value(expression.id) == value)
        )
    return not any(isinstance(node, ast.Name) for node in ast.walk(expression))
