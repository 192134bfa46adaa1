"""Who makes a patch, and where from."""

import getpass
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

from muserlab.live.source import place_at

_OURS = str(Path(__file__).parents[1])
_LIBRARIES = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Who patched, and the cell or the line of a file that did; no place where a button did."""

    who: str
    place: str = ""

    def __str__(self) -> str:
        """Name both."""
        return f"{self.who}, {self.place}" if self.place else self.who


MUSERLAB = Origin("muserlab")
"""The origin of what happens by itself, as when a version is put back."""


def origin_here() -> Origin:
    """Return the person whose session this is, and the place of theirs that called."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # it is documented
    while frame is not None:
        filename = frame.f_code.co_filename
        if not (filename.startswith(_OURS) or _LIBRARIES & set(Path(filename).parts)):
            return Origin(person(), place_at(filename, frame.f_lineno))
        frame = frame.f_back
    return Origin(person())


@cache
def person() -> str:
    """Return the name of the user whose session this is."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "somebody"
