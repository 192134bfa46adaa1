"""Where a function was written, what it says, and what it takes."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muserlab.live.errors import PatchError

_TERMINAL_CELL = re.compile(r"<ipython-input-(\d+)-[0-9a-f]+>")
_KERNEL_CELL = re.compile(r"ipykernel_\d+[/\\]\d+\.py$")


def source_of(function: Callable[..., Any]) -> str:
    """Return a function's text, or nothing where Python does not know it."""
    try:
        return inspect.getsource(inspect.unwrap(function))
    except (OSError, TypeError):
        return ""


def place_of(function: Callable[..., Any]) -> str:
    """Return where a function was written, as people say it: "cell In[7]", "adder.py:12"."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return getattr(function, "__qualname__", type(function).__qualname__)
    return place_at(code.co_filename, code.co_firstlineno)


def place_at(filename: str, line: int) -> str:
    """Return a place in the source, as people say it: "cell In[7]", "adder.py:12"."""
    return _cell(filename) or f"{Path(filename).name}:{line}"


def check_signature(hook: str, params: tuple[str, ...], function: Callable[..., Any]) -> None:
    """Raise PatchError unless function can be called with that many positional arguments."""
    expected = f"{hook} takes a function of ({', '.join(params)})"
    if not callable(function):
        raise PatchError(f"{expected}; {function!r} cannot be called")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise PatchError(f"{expected}; {_told(function)} is a generator: it would never run")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # written in C and silent about its parameters: calling it is the only check
    try:
        signature.bind(*params)
    except TypeError as error:
        raise PatchError(f"{expected}; found {_told(function)}{signature}: {error}") from None


def _told(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", repr(function))


def _cell(filename: str) -> str | None:
    """Return the name of the notebook cell that has this file name, None for a real file."""
    terminal = _TERMINAL_CELL.fullmatch(filename)
    if terminal:
        return f"cell In[{terminal[1]}]"
    # IPython is asked only where it runs already: nothing here may import it.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    named = shell.compile.format_code_name(filename) if shell is not None else None
    if named is not None:
        return f"{named[0].lower()} {named[1]}"
    return "a cell" if _KERNEL_CELL.search(filename) else None
