"""A file that defines devices: running it, and finding what it defines."""

import linecache
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.device import PCIDevice


class DefinitionFailed(Exception):
    """The file could not be run, or defines nothing to serve; the message tells where and why."""


def run_file(path: Path, text: str) -> ModuleType:
    """Run a file's text as a fresh module, as `import` would, and return it.

    Its `__name__` is not `__main__`, so that a part that serves the devices when the file is a
    script is left out. Raises DefinitionFailed.
    """
    module = ModuleType(f"served_{path.stem}")
    module.__file__ = str(path)
    # Classes look their module up by name, and hooks read their source through the line cache.
    sys.modules[module.__name__] = module
    linecache.checkcache(str(path))
    try:
        code = compile(text, str(path), "exec")
        exec(code, vars(module))
    except (Exception, SystemExit) as error:
        raise DefinitionFailed(_describe(error, path)) from error
    return module


def devices_in(module: ModuleType, names: Sequence[str]) -> "list[PCIDevice]":
    """Return the devices at a module's top level, or those of them with these names."""
    from muserlab.device import PCIDevice

    found: dict[str, PCIDevice] = {}
    for value in vars(module).values():
        if isinstance(value, PCIDevice):
            found[value.name] = value
    if missing := [name for name in names if name not in found]:
        known = ", ".join(found) or "none"
        raise DefinitionFailed(
            f"{module.__file__} defines no device named {', '.join(missing)}, but {known}"
        )
    if not found:
        raise DefinitionFailed(f"{module.__file__} defines no PCIDevice at its top level")
    return [device for name, device in found.items() if not names or name in names]


def _describe(error: BaseException, path: Path) -> str:
    """Tell an error with the last line of the file that led to it."""
    summary = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}:{error.lineno}: {summary}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    place = f"{path}:{lines[-1]}" if lines else str(path)
    return f"{place}: {summary}"
