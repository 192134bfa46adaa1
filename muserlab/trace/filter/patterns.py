"""Names as people type them: part of one, one of its components, or a pattern."""

import re
from collections.abc import Callable

Test = Callable[[str], bool]


def test_of(operator: str, text: str) -> Test:
    """Return whether a name is what an operator and a text say; upper and lower case are one.

    `:CTR` is in a name. `=CTRL` is one of its components, or several after each other: `CTRL`,
    `CH[2].CTRL` and, for what is inside of it, `CH`. A pattern with `*` or `?` stands for the whole
    name or its end. Brackets stand for themselves.
    """
    text = text.lower()
    if operator == ":" and not {"*", "?"} & set(text):
        return lambda name: text in name.lower()
    pattern = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    inside = r"(?:\[\d+\])*(?:\..*)?" if operator == "=" else ""
    matches = re.compile(rf"(?:.*\.)?{pattern}{inside}", re.DOTALL | re.IGNORECASE).fullmatch
    return lambda name: matches(name) is not None
