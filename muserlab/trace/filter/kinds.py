"""Kinds of events as people call them."""

from difflib import get_close_matches

from muserlab.trace.event import Kind

_CALLED: dict[str, frozenset[Kind]] = {
    **{kind.value: frozenset({kind}) for kind in Kind},
    "access": frozenset({Kind.READ, Kind.WRITE}),
    "interrupt": frozenset({Kind.IRQ}),
    "dma": frozenset({Kind.DMA_READ, Kind.DMA_WRITE, Kind.DMA_MAP, Kind.DMA_UNMAP}),
    "error": frozenset({Kind.FAULT}),
}


_NONE: frozenset[Kind] = frozenset()


def kinds_called(text: str) -> frozenset[Kind]:
    """Return the kinds of a name or of its beginning: `write`, `w`, `access`, `dma`.

    ValueError, with the names that there are, for another.
    """
    name = text.lower().replace("-", "_").replace(" ", "_")
    exactly = known_as(name)
    if exactly:
        return exactly
    begun = [kinds for called, kinds in _CALLED.items() if called.startswith(name)]
    if begun:
        return frozenset(kind for kinds in begun for kind in kinds)
    close = get_close_matches(name, _CALLED, 1)
    hint = f"did you mean {close[0]}" if close else f"there are {', '.join(_CALLED)}"
    raise ValueError(f"{text} is no kind of event; {hint}")


def known_as(name: str) -> frozenset[Kind]:
    """Return the kinds of a name, in the singular or plural; none where it is no such name."""
    singular = (name, name.removesuffix("s"), name.removesuffix("es"))
    return next((_CALLED[one] for one in singular if one in _CALLED), _NONE)
