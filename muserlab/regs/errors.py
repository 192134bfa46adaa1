"""What can be wrong with a datasheet, or with a name that is looked up in one."""

import difflib
from collections.abc import Iterable


class LayoutError(ValueError):
    """A datasheet that contradicts itself: overlaps, misfits, duplicates, impossible resets."""


class UnknownName(AttributeError, LookupError):
    """A name that a datasheet does not have; the message proposes the nearest ones."""


class UnknownField(UnknownName):
    """A register has no field of this name."""


class UnknownRegister(UnknownName):
    """A register file has no register of this name, or its layout none at this path."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause for the end of a message, such as ``"; did you mean 'go'?"``.

    Where nothing is near, it lists the known names if they are few, and is empty otherwise.
    """
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in names}
    wanted = name.casefold()
    near = difflib.get_close_matches(wanted, folded)
    near = near or [candidate for candidate in folded if candidate.startswith(wanted)][:3]
    if near:
        return f"; did you mean {' or '.join(repr(folded[candidate]) for candidate in near)}?"
    if 0 < len(names) <= 8:
        return f"; it has {', '.join(names)}"
    return ""
