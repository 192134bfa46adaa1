"""Which names a text takes from around it, and whether at once or when it is called."""

import symtable
from dataclasses import dataclass

_RUN_AT_ONCE = {"listcomp", "setcomp", "dictcomp", "genexpr"}


@dataclass(frozen=True, slots=True)
class Uses:
    """The names that statements look up outside of themselves.

    ``now`` while they run (bases, decorators, defaults, annotations), ``later`` when the functions
    that they define are called.
    """

    now: frozenset[str]
    later: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return self.now | self.later


def uses(text: str) -> Uses:
    """Return what a text of one or more statements uses; raises SyntaxError where it is none."""
    now: set[str] = set()
    later: set[str] = set()
    top = symtable.symtable(text, "<source>", "exec")
    now.update(symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced())
    for table in top.get_children():
        _collect(table, now, later, at_once=True)
    return Uses(frozenset(now), frozenset(later))


def _collect(table: symtable.SymbolTable, now: set[str], later: set[str], *, at_once: bool) -> None:
    in_class = table.get_type() == "class"
    at_once = at_once and (in_class or table.get_name() in _RUN_AT_ONCE)
    for symbol in table.get_symbols():
        # In a class body a name may be looked up outside before it is bound: `size = size`.
        outside = symbol.is_global() or (in_class and not symbol.is_free())
        if outside and (symbol.is_referenced() or symbol.is_declared_global()):
            (now if at_once else later).add(symbol.get_name())
    for child in table.get_children():
        _collect(child, now, later, at_once=at_once)
