"""Where a function was written, and whether it fits a hook."""

import functools
import operator
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from muserlab.live import PatchError, place_of


def fits(dev: Any, new: int, old: int) -> None: ...


def test_the_place_of_a_function_in_a_file_is_file_and_line() -> None:
    line = fits.__code__.co_firstlineno
    assert place_of(fits) == f"{Path(__file__).name}:{line}"


def test_the_place_of_a_decorated_function_is_its_own() -> None:
    @functools.wraps(fits)
    def wrapper(*args: Any) -> None: ...

    assert place_of(wrapper) == place_of(fits)


def test_the_place_of_a_cell_in_a_terminal_is_in_its_file_name(cells: Any) -> None:
    assert place_of(cells.function("pass")) == "cell In[1]"


def kernel_cell() -> Any:
    names: dict[str, Any] = {}
    exec(compile("def f(): ...", "/tmp/ipykernel_4711/1234567.py", "exec"), names)
    return names["f"]


def test_the_place_of_a_cell_in_a_kernel_is_what_ipython_calls_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def named(filename: str) -> tuple[str, str]:
        assert filename.endswith("1234567.py")
        return ("Cell", "In[7]")

    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=named))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert place_of(kernel_cell()) == "cell In[7]"


@pytest.mark.parametrize("ipython", [None, SimpleNamespace(get_ipython=lambda: None)])
def test_a_cell_that_ipython_does_not_know_is_still_no_file(
    monkeypatch: pytest.MonkeyPatch, ipython: Any
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert place_of(kernel_cell()) == "a cell"


def test_the_place_of_a_callable_object_is_its_name() -> None:
    assert place_of(operator.itemgetter(1)) == "itemgetter"
    assert place_of(max) == "max"


def fits_and_more(dev: Any, new: int, old: int, more: int = 1) -> None: ...


def takes_anything(*args: Any) -> None: ...


def too_few(dev: Any, new: int) -> None: ...


def too_many(dev: Any, new: int, old: int, x: int) -> None: ...


def by_keyword(dev: Any, new: int, old: int, *, x: int) -> None: ...


@pytest.mark.parametrize(
    "function", [fits, fits_and_more, takes_anything, functools.partial(too_many, "dev"), max]
)
def test_a_function_that_can_be_called_with_the_parameters_fits(bench: Any, function: Any) -> None:
    hook = bench.hook()
    hook(function)
    assert hook


def generator(dev: Any, new: int, old: int) -> Any:
    yield


async def async_generator(dev: Any, new: int, old: int) -> Any:
    yield


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (too_few, r"found too_few\(dev: Any, new: int\).*: too many positional arguments"),
        (too_many, "missing a required argument: 'x'"),
        (by_keyword, "missing a required.*argument: 'x'"),
        (generator, "generator is a generator"),
        (async_generator, "is a generator"),
        (42, "42 cannot be called"),
    ],
)
def test_a_function_that_does_not_fit_is_refused_telling_what_was_expected(
    bench: Any, function: Any, found: str
) -> None:
    hook = bench.hook()
    expected = r"CTRL\.on_write takes a function of \(dev, new, old\); .*"
    with pytest.raises(PatchError, match=expected + found):
        hook(function)
    assert not hook
