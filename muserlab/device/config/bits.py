"""Numbers that have to fit into so many bits, alone and in pairs."""

from collections.abc import Sequence
from typing import Any, cast

from muserlab.device.errors import DefinitionError


def check_bits(what: str, value: int, bits: int) -> None:
    """Raise DefinitionError unless value is a number that fits."""
    if not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance] - people slip
        raise DefinitionError(f"{what} is {value!r}, which is not a {bits}-bit number")
    if not 0 <= value < 1 << bits:
        raise DefinitionError(f"{what} is {value:#x}, which is not a {bits}-bit number")


def pair_of(what: str, given: object) -> tuple[Any, Any]:
    """Return the vendor's and the device's number; raises DefinitionError where these are not two.

    Whether they fit is for check_bits to say.
    """
    if isinstance(given, tuple | list):
        numbers = cast("Sequence[Any]", given)
        if len(numbers) == 2:
            return numbers[0], numbers[1]
    raise DefinitionError(f"{what}={given!r} is not two numbers: {what}=(VENDOR, DEVICE)")
