"""Modules that lie beside a served file: they are a part of it, and change with it."""

import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

_NEVER = frozenset(sys.stdlib_module_names) | {"muserlab"}
"""What is imported from where it always was, whatever a folder has under its name."""


class Helpers:
    """What a file imported from its own folder while it ran."""

    sources: tuple[Path, ...] = ()
    """The files of these modules."""


@contextmanager
def run_beside(folder: Path, module: ModuleType) -> Generator[Helpers]:
    """Let the file in folder that module is for be run in the block.

    What it imports from its folder is imported anew, and leaves no byte code, which cannot tell two
    versions of one second apart. A module from elsewhere of the same name is put back afterwards.
    If the block raises, the modules are those that there were before it.
    """
    names = _modules_in(folder)
    before = {name: m for name, m in sys.modules.items() if _top(name) in names}
    former = sys.modules.get(module.__name__)
    dont_write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    for name in before:
        del sys.modules[name]
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    helpers = Helpers()
    try:
        yield helpers
    except BaseException:
        _forget(names)
        sys.modules.update(before)
        if former is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = former
        raise
    else:
        loaded = {name: m for name, m in sys.modules.items() if _top(name) in names}
        helpers.sources = tuple(_file(one) for one in loaded.values() if _lies_in(folder, one))
        for name, one in before.items():
            if name not in loaded or not _lies_in(folder, one):
                sys.modules[name] = one
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = dont_write


def _modules_in(folder: Path) -> frozenset[str]:
    """Return the names under which the modules and packages in a folder are imported."""
    modules = {file.stem for file in folder.glob("*.py")}
    packages = {file.parent.name for file in folder.glob("*/__init__.py")}
    return frozenset(modules | packages) - _NEVER


def _forget(names: frozenset[str]) -> None:
    for name in [name for name in sys.modules if _top(name) in names]:
        del sys.modules[name]


def _lies_in(folder: Path, module: ModuleType) -> bool:
    return _file(module).is_relative_to(folder)


def _file(module: ModuleType) -> Path:
    return Path(getattr(module, "__file__", None) or "/")


def _top(name: str) -> str:
    return name.partition(".")[0]
