"""What `import muserlab` gives, and what it leaves for later."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Never

import pytest

import muserlab

SOURCE = ast.parse(Path(muserlab.__file__ or "").read_text())


def python(script: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=30
    ).stdout


def test_importing_muserlab_imports_none_of_its_rooms_and_nothing_that_is_slow() -> None:
    script = "import sys, muserlab; print(*(m for m in sys.modules))"
    loaded = python(script).split()
    assert [m for m in loaded if m.startswith("muserlab.")] == []
    assert not {"trio", "IPython", "asyncio"} & set(loaded)


def test_serving_needs_no_jupyter() -> None:
    script = """
import sys
for name in ("IPython", "ipykernel", "ipywidgets", "anywidget"):
    sys.modules[name] = None
import muserlab
print([getattr(muserlab, name) for name in muserlab.__all__] and "all there")
"""
    assert python(script) == "all there\n"


def test_the_extension_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_anywidget(name: str) -> Never:
        raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")

    monkeypatch.setattr(importlib, "import_module", without_anywidget)
    with pytest.raises(ImportError, match=r"anywidget is not installed.*muserlab\[notebook\]"):
        muserlab.load_ipython_extension(None)


def test_a_fault_of_our_own_is_not_taken_for_something_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "muserlab.kernel_ext", None)
    with pytest.raises(ModuleNotFoundError, match=r"muserlab\.kernel_ext"):
        muserlab.unload_ipython_extension(None)


def test_every_public_name_is_there() -> None:
    for name in muserlab.__all__:
        assert getattr(muserlab, name) is not None
    assert set(muserlab.__all__) <= set(dir(muserlab))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = muserlab.nonsense


def test_type_checkers_see_the_names_that_are_imported_on_use() -> None:
    (checked,) = [node for node in SOURCE.body if isinstance(node, ast.If)]
    seen = {
        (node.module or "", alias.name)
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    functions = {node.name for node in SOURCE.body if isinstance(node, ast.FunctionDef)}
    assert {name for _, name in seen} == set(muserlab.__all__) - functions
    for module, name in seen:
        assert getattr(muserlab, name).__module__.startswith("muserlab")
        assert getattr(sys.modules[module], name) is getattr(muserlab, name)
