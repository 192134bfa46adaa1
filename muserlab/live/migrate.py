"""Where the values of an old layout go when a new one takes its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Migration(Generic[T]):
    """A plan: same-named values are kept, new names are reset, the rest is dropped."""

    kept: dict[str, T]
    reset: tuple[str, ...]
    dropped: dict[str, T]


def migrate(old_values: Mapping[str, T], new_names: Iterable[str]) -> Migration[T]:
    """Plan which of old_values a layout with new_names keeps.

    `kept` and `reset` are in the order of new_names, `dropped` in the order of old_values.
    """
    names = tuple(dict.fromkeys(new_names))
    wanted = frozenset(names)
    return Migration(
        kept={name: old_values[name] for name in names if name in old_values},
        reset=tuple(name for name in names if name not in old_values),
        dropped={name: value for name, value in old_values.items() if name not in wanted},
    )
