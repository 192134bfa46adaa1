"""`%%patch dev.bar0.CTRL.on_write`: a hook's body as a cell, without a def."""

import ast
import textwrap
from typing import Any

from IPython.core.error import UsageError

import muserlab as ml

from .shell import Shell

_USAGE = "%%patch wants a hook, as in: %%patch dev.bar0.CTRL.on_write"


def patch_cell(ip: Shell, line: str, cell: str) -> None:
    """Put the lines of a cell at a hook, as the body of a function with the hook's arguments.

    It is async where the lines await something. Raises UsageError where the line is no hook, and
    SyntaxError with the cell's own line.
    """
    hook = _hook(ip, line)
    name = hook.name.rpartition(".")[2]
    source = _function(name, ", ".join(hook.params), cell)
    # Under a name as a cell's own, so that tracebacks, sources and diffs know its lines.
    filename = ip.compile.cache(source, ip.execution_count, raw_code=source)
    made: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), ip.user_ns, made)
    hook(made[name])


def _hook(ip: Shell, line: str) -> ml.Hook:
    if not line.strip():
        raise UsageError(_USAGE)
    try:
        hook: object = eval(line, ip.user_ns)
    except (NameError, AttributeError, SyntaxError, LookupError) as error:
        raise UsageError(f"{_USAGE}; {line.strip()}: {error}") from None
    if not isinstance(hook, ml.Hook):
        raise UsageError(f"{_USAGE}; {line.strip()} is {type(hook).__name__}: {hook!r:.60}")
    return hook


def _function(name: str, params: str, cell: str) -> str:
    """Return the text of the function, its first line in the place of the magic's."""
    body = textwrap.indent(cell, "    ") if cell.strip() else "    pass\n"
    source = f"async def {name}({params}):\n{body}"
    waiting = ast.Await | ast.AsyncFor | ast.AsyncWith
    waits = any(isinstance(node, waiting) for node in ast.walk(ast.parse(source)))
    return source if waits else source.removeprefix("async ")
