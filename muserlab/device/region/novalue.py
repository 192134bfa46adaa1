"""Places that are mistaken for the values in them."""

from enum import Enum
from typing import NoReturn

from muserlab.device.region.site import Spot


class NoValue:
    """Refuses to be tested, or compared with a number: `if dev.bar0.CTRL.go:` would hold always.

    Places can be told from each other and from other objects, and hashed, by identity.
    """

    __slots__ = ()

    _spot: Spot

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise _mistake(self._spot, "neither true nor false")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | float | Enum):
            raise _mistake(self._spot, "not to be compared")
        return NotImplemented

    def __lt__(self, other: object) -> NoReturn:
        raise _mistake(self._spot, "not to be compared")

    __le__ = __gt__ = __ge__ = __lt__


def _mistake(spot: Spot, what: str) -> TypeError:
    label = spot.label()
    return TypeError(
        f"{label} is a place, {what}: its value, of one device and one element of an array, is"
        f" {label}.peek()"
    )
