"""Numbers, strings and bytes as a person would write them in a datasheet."""

import inspect

from muserlab.source.lines import INDENT

_PLAIN = 10
_SHORT = 60
_ROW = 32


def number(value: int, digits: int = 0) -> str:
    """Return a number: small ones decimal, others hexadecimal with at least so many digits.

    More than four digits are grouped, as datasheets do: ``0x0100_00ed``.
    """
    if not digits and -_PLAIN < value < _PLAIN:
        return str(value)
    size = abs(value)
    digits = max(digits, len(f"{size:x}"))
    shown = f"{size:0{digits + (digits - 1) // 4}_x}" if digits > 4 else f"{size:0{digits}x}"
    return f"{'-' if value < 0 else ''}0x{shown}"


def string(value: str) -> str:
    """Return a string, in double quotes unless it has some inside."""
    text = str.__repr__(value)
    if '"' in value:
        return text
    return f'"{text[1:-1]}"'


def octets(value: bytes) -> str:
    """Return bytes: few as a literal, others as rows of hexadecimal digits."""
    text = repr(value)
    if len(text) <= _SHORT:
        return text if '"' in text else f'b"{text[2:-1]}"'
    rows = (value[at : at + _ROW].hex() for at in range(0, len(value), _ROW))
    inside = "".join(f'{INDENT}"{row}"\n' for row in rows)
    return f"bytes.fromhex(\n{inside})"


def docstring(text: str) -> str:
    """Return the lines of a docstring, at the left margin."""
    text = inspect.cleandoc(text)
    plain = text.replace("\n", "").isprintable() and "\\" not in text and '"""' not in text
    if not plain or text.endswith('"'):
        return f"{string(text)}\n"
    return f'"""{text}\n"""\n' if "\n" in text else f'"""{text}"""\n'
