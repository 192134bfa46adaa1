"""Constants as they were written: `MASK = (1 << 28) - 1`, where that is still what they are."""

import ast
from collections.abc import Iterable
from typing import Any

from muserlab.source.scope import Scope

_PURE = (
    *(ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Call),
)
_MAKERS: dict[str, Any] = {
    maker.__name__: maker for maker in (range, bytes, bytearray, frozenset, set, float)
}


def constant_statement(
    name: str, value: object, scope: Scope, texts: Iterable[tuple[str, ast.Module]]
) -> tuple[str, tuple[int, int]]:
    """Return the assignment that gave a name its value, or nothing if no text says so.

    Only numbers, strings, bytes, containers and arithmetic with them are worked out again. The
    second part of the answer is the order in which statements were written.
    """
    for number, (text, tree) in enumerate(texts):
        for node in reversed(tree.body):
            if isinstance(node, ast.Assign) and _binds(node, name):
                lines = text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno]
                alone = len(ast.parse("".join(lines)).body) == 1
                if alone and _gives(node.value, value, scope):
                    return f"{''.join(lines).rstrip()}\n", (-number, node.lineno)
    return "", (1, 0)


def _binds(node: ast.Assign, name: str) -> bool:
    (target, *others) = node.targets
    return isinstance(target, ast.Name) and target.id == name and not others


def _gives(expression: ast.expr, value: object, scope: Scope) -> bool:
    """Tell whether an expression that has no effect gives the value."""
    nodes = list(ast.walk(expression))
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    makers = all(isinstance(maker, ast.Name) and maker.id in _MAKERS for maker in calls)
    if not makers or not all(isinstance(node, _PURE) for node in nodes):
        return False
    names = {node.id for node in nodes if isinstance(node, ast.Name)} - _MAKERS.keys()
    if not all(scope.knows(name) for name in names):
        return False
    known = {name: scope.value(name) for name in names}
    code = compile(ast.Expression(expression), "<constant>", "eval")
    try:
        found = eval(code, {"__builtins__": _MAKERS}, known)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # its names mean others by now
        return False
    return type(found) is type(value) and bool(found == value)
