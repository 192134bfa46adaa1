"""The texts that a session was written in: cells and files, as Python remembers them."""

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from enum import Enum
from types import CodeType
from typing import Any

from muserlab.source.lines import dedented
from muserlab.source.scope import Scope


def function_text(function: Callable[..., Any]) -> str:
    """Return a function's text at the left margin with its decorators, or nothing if unknown."""
    try:
        return f"{dedented(inspect.getsource(function)).rstrip()}\n"
    except (OSError, TypeError, SyntaxError):
        return ""


def lambda_text(code: CodeType) -> str:
    """Return the text of the lambda that has this code, or nothing if unknown."""
    text, tree = _parsed(code.co_filename)
    found = {
        ast.get_source_segment(text, node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    }
    if len(found) > 1:  # several on one line
        found = {segment for segment in found if _compiles_to(segment, code)}
    return found.pop() if len(found) == 1 else ""


def class_text(cls: type, near: str = "") -> tuple[str, str]:
    """Return a class's text at the left margin with its decorators, and the file that it is in.

    Nothing is returned where it is unknown. `inspect.getsource` knows classes of importable files
    only. One of a cell is looked for in the files of its methods, in the file `near` that uses it,
    then in every cell, the last that was run first: it is the one of that name that binds what the
    class has.
    """
    files = [Scope.of(function).filename for function in own_functions(cls).values()]
    for filename in dict.fromkeys([*files, near, *cells()]):
        text, tree = _parsed(filename)
        for node in reversed(list(_classes(tree))):
            if node.name == cls.__name__ and _binds_what_it_has(node, cls, filename):
                return f"{dedented(_segment(text, node)).rstrip()}\n", filename
    return "", ""


def function_of(value: Any) -> Any:
    """Return the function behind a method or property, None for anything else."""
    if isinstance(value, property):
        return value.fget
    value = getattr(value, "__func__", value)  # of a static or class method
    return value if inspect.isfunction(value) else None


def own_functions(cls: type) -> dict[str, Any]:
    """Return the functions behind what a class itself defines: methods, properties."""
    functions = {name: function_of(value) for name, value in vars(cls).items()}
    own = f"{cls.__qualname__}."
    return {
        name: function
        for name, function in functions.items()
        if function is not None and function.__qualname__.startswith(own)
    }


def texts_around(filename: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the texts, the last first, whose names a definition in this file or cell can see."""
    names = list(cells())
    if filename not in names:
        names = [filename, *names]
    for name in names:
        yield _parsed(name)


def cells() -> Iterator[str]:
    """Yield the file names of cells, the last that was run first.

    Python keeps the text of what lies in no file without a time of modification.
    """
    for name, entry in reversed(list(linecache.cache.items())):
        if len(entry) == 4 and entry[1] is None:
            yield name


def _parsed(filename: str) -> tuple[str, ast.Module]:
    text = "".join(linecache.getlines(filename))
    try:
        return text, ast.parse(text)
    except SyntaxError:
        return "", ast.Module([], [])


def _segment(text: str, node: ast.ClassDef) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "".join(text.splitlines(keepends=True)[first - 1 : node.end_lineno])


def _classes(tree: ast.AST) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _binds_what_it_has(node: ast.ClassDef, cls: type, filename: str) -> bool:
    """Tell whether a class's text fits what it is, as far as that can be seen."""
    bound: set[str] = set()
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                bound.add(name)
                function = inspect.unwrap(own_functions(cls).get(name, len))
                if _arguments(function) != len(_positional(statement)):
                    return False
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in vars(cls):
                bound.add(name)
                now = vars(cls)[name]
                now = now.value if isinstance(now, Enum) else now
                if isinstance(value, ast.Constant) and now != value.value:
                    return False
            case ast.AnnAssign(target=ast.Name(id=name)):
                bound.add(name)
                if name not in getattr(cls, "__annotations__", {}):
                    return False
            case _:
                continue
    functions = own_functions(cls).items()
    return all(name in bound for name, one in functions if Scope.of(one).filename == filename)


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args]


def _arguments(function: Any) -> int:
    code: CodeType | None = getattr(function, "__code__", None)
    return -1 if code is None else code.co_argcount


def _compiles_to(segment: str, code: CodeType) -> bool:
    inner = compile(segment, code.co_filename, "eval").co_consts[0]
    return bool(inner.co_code == code.co_code and inner.co_consts == code.co_consts)
