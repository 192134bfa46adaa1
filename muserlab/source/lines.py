"""Lines of source text: moved to another margin, and calls that are broken to fit the page."""

import io
import textwrap
import tokenize
from collections.abc import Sequence

WIDTH = 100
INDENT = "    "

_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def dedented(text: str) -> str:
    """Return a statement's text at the left margin; what lies inside its strings stays."""
    margin = text[: len(text) - len(text.lstrip())].rpartition("\n")[2]
    if not margin:
        return text
    inside = _inside_strings(f"if 1:\n{text}", first=2)
    lines = text.splitlines(keepends=True)
    return "".join(
        line if number in inside else line.removeprefix(margin)
        for number, line in enumerate(lines, 1)
    )


def indented(text: str) -> str:
    """Return statements one level deeper; what lies inside their strings stays."""
    inside = _inside_strings(text)
    return "".join(
        line if number in inside or not line.strip() else INDENT + line
        for number, line in enumerate(text.splitlines(keepends=True), 1)
    )


def call(function: str, arguments: Sequence[str], before: str = "") -> str:
    """Return a call, which follows other text on its line: on one line, or an argument a line."""
    line = f"{function}({', '.join(arguments)})"
    if not arguments or fits(before + line):
        return line
    return f"{function}(\n{''.join(indented(f'{argument},{chr(10)}') for argument in arguments)})"


def display(brackets: str, elements: Sequence[str], before: str = "") -> str:
    """Return a list, tuple, set or dict: on one line, or an element a line."""
    comma = "," if brackets == "()" and len(elements) == 1 else ""
    line = f"{brackets[0]}{', '.join(elements)}{comma}{brackets[1]}"
    if not elements or fits(before + line):
        return line
    inside = "".join(indented(f"{element},\n") for element in elements)
    return f"{brackets[0]}\n{inside}{brackets[1]}"


def fits(text: str) -> bool:
    """Tell whether text is one line that fits the page."""
    return "\n" not in text and len(text) <= WIDTH


def comment(text: str) -> str:
    """Return text as lines of comment that fit the page."""
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, WIDTH - 2))


def _inside_strings(text: str, first: int = 1) -> set[int]:
    """Return the numbers of the lines, counted from the first one, that begin in a string."""
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in _STRINGS:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    return {number - first + 1 for number in inside}
