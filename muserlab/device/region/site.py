"""Where in a region a hook can be: the whole, a range, a register, a field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from muserlab.device.region.answers import decoded_answer, raw_answer

Verb = Literal["on_read", "on_write", "on_change", "migrate"]

_RAW = {
    "on_read": ("dev", "offset", "count"),
    "on_write": ("dev", "offset", "data"),
    "on_change": ("dev", "offset", "data"),
    "migrate": ("dev", "dropped"),
}
_DECODED = {"on_read": ("dev", "value"), "on_write": ("dev", "new", "old")}


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a region from start up to stop; without stop, all of the region."""

    start: int = 0
    stop: int | None = None

    def label(self, region: str) -> str:
        """Name the site: "bar0[0x100:0x200]", or "bar0" for the whole."""
        return region if self.stop is None else f"{region}[{self.start:#x}:{self.stop:#x}]"

    def params(self, verb: Verb) -> tuple[str, ...]:
        """Names of the arguments that a hook of that verb takes here."""
        return _RAW[verb]

    def check(self, verb: Verb) -> Callable[..., Any] | None:
        """Return what reads the answer of a hook of that verb, if the answer means anything."""
        return raw_answer if verb == "on_read" else None


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class Spot:
    """A register or one of its fields; of an array, one element or all of them.

    `path` is the register's, as in "CH[2].CTRL"; a subscript that is left out stands for every
    element, as in "CH.CTRL".
    """

    path: str
    field: str | None = None

    def label(self, region: str | None = None) -> str:
        """Name the site: "CTRL.go", after the region's name if one is given."""
        names = (region, self.path, self.field)
        return ".".join(name for name in names if name is not None)

    def params(self, verb: Verb) -> tuple[str, ...]:
        """Names of the arguments that a hook of that verb takes here."""
        return _DECODED[verb]

    def check(self, verb: Verb) -> Callable[..., Any] | None:
        """Return what reads the answer of a hook of that verb, if the answer means anything."""
        return decoded_answer if verb == "on_read" else None


Site = Span | Spot


def paths_of(path: str) -> tuple[str, ...]:
    """Return every path that a register's own stands under, the most telling first.

    "CH[2].DATA[1]" stands under itself, "CH[2].DATA", "CH.DATA[1]" and "CH.DATA".
    """
    paths = [""]
    for name in path.split("."):
        bare = name.partition("[")[0]
        choices = [name] if bare == name else [name, bare]
        paths = [f"{head}.{choice}" if head else choice for head in paths for choice in choices]
    return tuple(paths)
