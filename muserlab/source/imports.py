"""How what a session has imported is imported again."""

import ast
import builtins
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any


def import_of(name: str, value: object, texts: Iterable[ast.Module]) -> str:
    """Return the statements that bind a name to a value, or nothing where it is no import.

    They are as the session's own texts have them, if those still give the value. Of a package that
    is all that names modules in it: `import xml.etree.ElementTree` binds xml too.
    """
    inside: dict[str, None] = {}
    for tree in texts:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and not node.level:
                told = _from(node, name, value)
            elif isinstance(node, ast.Import):
                told = _plain(node, name, value)
                inside.update(dict.fromkeys(_inside(node, name, value)))
            else:
                continue
            if told:
                return told
    return "".join(inside)


def module_import(name: str, module: ModuleType) -> str:
    """Return the statement that binds a name to a module, or nothing if no import finds it."""
    if sys.modules.get(module.__name__) is not module or not can_import(module.__name__):
        return ""
    return f"import {module.__name__}{_as(module.__name__, name)}\n"


def home_of(thing: Any) -> tuple[str, str] | None:
    """Return module and name from which a class or function can be imported, if it can be."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if not module or "." in name or not can_import(module):
        return None
    return (module, name) if getattr(sys.modules.get(module), name, None) is thing else None


def is_builtin(thing: Any) -> bool:
    """Tell whether a class or function is there without any import."""
    return callable(thing) and getattr(builtins, getattr(thing, "__name__", ""), None) is thing


def is_import(statement: str) -> bool:
    """Tell an import from an assignment."""
    return statement.startswith(("import ", "from "))


def can_import(module: str) -> bool:
    """Tell whether a fresh Python would find a module by its name, and find the same one."""
    if module == "__main__":
        return False
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):  # one that was put among the modules by hand has no spec
        return False
    there = sys.modules.get(module)
    return spec is not None and (there is None or _same_file(spec.origin, there))


def in_sections(statements: Iterable[str]) -> str:
    """Return import statements sorted, those of the standard library first."""
    plain: set[str] = set()
    names: dict[str, set[str]] = defaultdict(set)
    for node in ast.parse("".join(statements)).body:
        if isinstance(node, ast.ImportFrom):
            names[node.module or ""].update(ast.unparse(alias) for alias in node.names)
        else:
            plain.add(ast.unparse(node))
    lines = sorted(plain) + [
        f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)
    ]
    standard = [line for line in lines if _module(line) in sys.stdlib_module_names]
    others = [line for line in lines if line not in standard]
    return "\n".join("".join(f"{line}\n" for line in part) for part in (standard, others) if part)


def _module(line: str) -> str:
    return line.split()[1].partition(".")[0]


def _as(original: str, name: str) -> str:
    return "" if original == name else f" as {name}"


def _same_file(origin: str | None, module: ModuleType) -> bool:
    return origin in (None, "built-in", "frozen") or origin == getattr(module, "__file__", origin)


def _from(node: ast.ImportFrom, name: str, value: object) -> str:
    module = node.module or ""
    for alias in node.names:
        if alias.name != "*" and (alias.asname or alias.name) != name:
            continue
        original = name if alias.name == "*" else alias.name
        if getattr(sys.modules.get(module), original, None) is value and can_import(module):
            return f"from {module} import {original}{_as(original, name)}\n"
    return ""


def _plain(node: ast.Import, name: str, value: object) -> str:
    for alias in node.names:
        bound = alias.asname or (alias.name if "." not in alias.name else "")
        if bound == name and sys.modules.get(alias.name) is value and can_import(alias.name):
            return f"import {alias.name}{_as(alias.name, name)}\n"
    return ""


def _inside(node: ast.Import, name: str, value: object) -> Iterator[str]:
    """Yield the statements that bind a package by the name of a module in it."""
    for alias in node.names:
        package, dot, _ = alias.name.partition(".")
        is_it = dot and not alias.asname and package == name
        if is_it and sys.modules.get(package) is value and can_import(alias.name):
            yield f"import {alias.name}\n"
