"""The examples as modules, each loaded afresh: a test must not see another's device."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import muserlab as ml

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def load_example() -> Callable[[str], ModuleType]:
    """Give a function that loads an example by name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def example(load_example: Callable[[str], ModuleType]) -> Callable[[str], ModuleType]:
    """Give the same function to a single test."""
    return load_example


@pytest.fixture
def lab() -> Iterator[ml.Lab]:
    """Give a lab of the test's own, stopped at its end."""
    with ml.Lab() as made:
        yield made
