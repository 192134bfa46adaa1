"""Numbers and times as people type them, alone or as a range."""

import contextlib
import re
from collections.abc import Callable

Test = Callable[[float], bool]

_RANGE = re.compile(r"(.*?)(?:\.\.+|(?<=\w)-(?=\w))(.*)")
_UNITS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_TIME = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-zµ]*)")


def number(text: str) -> float:
    """Return a number: 17, 0x11, 0b10001, 1_000, or hexadecimal that looks like it. ValueError."""
    for base, digits in ((0, text), (16, text.removesuffix("h"))):
        with contextlib.suppress(ValueError):
            return int(digits, base)
    raise ValueError(f"{text} is no number, nor a range of them, such as 0x10..0x1f")


def seconds(text: str) -> float:
    """Return a time in seconds: 1.5, 20ms, 3us. ValueError."""
    found = _TIME.fullmatch(text)
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{text} is no time, such as 1.5 or 20ms, nor a range of them")
    return float(found[1]) * _UNITS[found[2]]


def nanoseconds(text: str) -> float:
    """Return a length of time in whole nanoseconds: 1.5, 20ms, 3us. ValueError."""
    return round(seconds(text) * 1e9)


def test_of(operator: str, text: str, read: Callable[[str], float]) -> Test:
    """Return whether a number is what an operator and a text say. ValueError for another text."""
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](read(text))
    found = _RANGE.fullmatch(text)
    if found is None:
        wanted = read(text)
        return lambda value: value == wanted
    low = read(found[1]) if found[1] else float("-inf")
    high = read(found[2]) if found[2] else float("inf")
    return lambda value: low <= value <= high


_COMPARISONS: dict[str, Callable[[float], Test]] = {
    "<": lambda bound: lambda value: value < bound,
    ">": lambda bound: lambda value: value > bound,
    "<=": lambda bound: lambda value: value <= bound,
    ">=": lambda bound: lambda value: value >= bound,
    "&": lambda mask: lambda value: int(value) & int(mask) != 0,
}
