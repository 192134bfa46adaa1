"""Reading typed fields out of JSON that nobody vouches for."""

import json
from typing import Any, Self, cast

from .errors import BodyError

_LARGEST = (1 << 64) - 1


class Fields:
    """A JSON object's fields, each read once by the type that it must have.

    A key that is missing reads as its default; a value of another type raises `BodyError`.
    """

    __slots__ = ("_fields", "_name")

    def __init__(self, value: object, name: str) -> None:
        if not isinstance(value, dict):
            msg = f"{name} must be an object, not {value!r:.40}"
            raise BodyError(msg)
        self._fields = dict(cast("dict[str, object]", value))
        self._name = name

    @classmethod
    def parse(cls, text: bytes, name: str) -> Self:
        """Parse text whose outermost value must be an object."""
        try:
            value: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            msg = f"{name} is no JSON: {error}"
            raise BodyError(msg) from error
        return cls(value, name)

    def number(self, key: str, default: int) -> int:
        """Return an integer that fits into 64 bits without a sign."""
        value = self._fields.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
            msg = f"{self._name}.{key} must be a number that is not negative, not {value!r:.40}"
            raise BodyError(msg)
        return value

    def boolean(self, key: str) -> bool:
        """Return a boolean, False by default."""
        value = self._fields.pop(key, False)
        if not isinstance(value, bool):
            msg = f"{self._name}.{key} must be true or false, not {value!r:.40}"
            raise BodyError(msg)
        return value

    def object(self, key: str) -> "Fields | None":
        """Return the fields of an object, None where there is none."""
        if key not in self._fields:
            return None
        return Fields(self._fields.pop(key), f"{self._name}.{key}")

    def __contains__(self, key: str) -> bool:
        return key in self._fields

    def rest(self) -> dict[str, Any]:
        """Return the fields that nobody read."""
        return self._fields
