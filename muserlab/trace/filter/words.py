"""A filter's text, taken apart into words.

A word ends at a space, but for what is in quotes. It is text to look for, or a condition: a name,
an operator and what to compare with, as in `where:CTRL`, `data>=0x10`, `kind!=read`. A `-` or `!`
before it turns it round. `where: CTRL` is read as `where:CTRL`, and `took:>1ms` as `took>1ms`,
since people type it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_CONDITION = re.compile(r"(#|[A-Za-z_]+)(!=|!:|==|:[<>]=?(?=[\d.])|<=|>=|[:=<>&])(.*)", re.DOTALL)
_QUOTES = re.compile(r"""(["'])(.*?)(?:\1|$)""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter and where it stands; without a name it is text to look for."""

    negated: bool
    name: str
    operator: str
    value: str
    quoted: bool
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Return a filter's words; those without anything to compare with are still being typed."""
    words: list[Word] = []
    for word in map(_word, _WORD.finditer(text)):
        before = words[-1] if words else None
        if before and before.name and not before.value and not word.name and not word.negated:
            words[-1] = Word(
                before.negated,
                before.name,
                before.operator,
                word.value,
                word.quoted,
                before.start,
                word.end,
            )
        else:
            words.append(word)
    return [word for word in words if word.value]


def alternatives(word: Word) -> Iterator[str]:
    """Return what a word's value says between its commas; what is in quotes is one thing."""
    if word.quoted:
        yield word.value
        return
    yield from filter(None, word.value.split(","))


def _word(found: re.Match[str]) -> Word:
    text = found[0]
    negated = text[0] in "-!"
    if negated:
        text = text[1:]
    condition = _CONDITION.fullmatch(text)
    name, operator, value = condition.groups() if condition else ("", ":", text)
    if operator == "!:":
        negated, operator = not negated, ":"
    operator = operator.removeprefix(":") or ":"
    quoted = _QUOTES.search(value) is not None
    return Word(
        negated,
        name.lower(),
        "=" if operator == "==" else operator,
        _QUOTES.sub(r"\2", value),
        quoted,
        found.start(),
        found.end(),
    )
