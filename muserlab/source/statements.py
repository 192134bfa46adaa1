"""The statements of a file in an order in which they can run."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from muserlab.source.uses import Uses, uses


@dataclass(frozen=True)
class Statement:
    """One or more statements that belong together: their text, and the name that they bind.

    A ``line`` stands among others without a blank line between them.
    """

    text: str
    name: str = ""
    line: bool = False

    @cached_property
    def uses(self) -> Uses:
        """What it needs of the others."""
        return uses(self.text)


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements so that each follows those that it needs when it runs.

    Others stay in their order, but what is needed only when it is called comes before its first
    user too, as people write it, where that is possible.
    """
    every = list(statements)
    by_name = {one.name: one for one in every if one.name}
    ordered: list[Statement] = []
    met: set[int] = set()

    def add(one: Statement) -> None:
        if id(one) in met:
            return
        met.add(id(one))
        late = [by_name[name] for name in sorted(one.uses.later) if name in by_name]
        early = [by_name[name] for name in sorted(one.uses.now) if name in by_name]
        for other in early:
            add(other)
        for other in late:
            if not _needs_at_once(other, one, by_name):
                add(other)
        ordered.append(one)

    for one in every:
        add(one)
    return ordered


def joined(statements: Iterable[Statement]) -> str:
    """Return statements as one text, with the blank lines that people set between them."""
    text, before = "", None
    for one in statements:
        if before is not None:
            together = one.line and before.line
            text += "" if together else "\n\n"
        text += one.text
        before = one
    return text


def _needs_at_once(one: Statement, other: Statement, by_name: dict[str, Statement]) -> bool:
    """Tell whether a statement cannot run before another one has."""
    waiting, met = [one], {id(one)}
    while waiting:
        at = waiting.pop()
        if at is other:
            return True
        needed = [by_name[name] for name in at.uses.now if name in by_name]
        fresh = [two for two in needed if id(two) not in met]
        met.update(id(two) for two in fresh)
        waiting += fresh
    return False
