"""Marks on the functions of a class body: which accesses a method is for.

A datasheet only notes them, and calls nothing: what they mean is up to who makes something of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from muserlab.regs.errors import LayoutError

if TYPE_CHECKING:
    from muserlab.regs.member import Member

F = TypeVar("F", bound=Callable[..., Any])

_MARKS = "__muserlab_marks__"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a method is for: accesses of a kind (`verb`) to a member of the class, or below it.

    `below` leads from the member to what is meant: "[2].CTRL". A subscript that is left out stands
    for every element. `field` is None where the whole is meant.
    """

    member: "Member"
    below: str
    field: str | None
    verb: str

    @property
    def path(self) -> str:
        """What is meant, by its path in the class's layout; known once there is the class."""
        return self.member.name + self.below

    def __call__(self, function: F) -> F:
        """Mark a function, and return it."""
        if not callable(function):
            raise LayoutError(f"{self.verb} of {self.member} takes a function, not {function!r}")
        setattr(function, _MARKS, (*marks_of(function), self))
        return function


def marks_of(function: object) -> tuple[Mark, ...]:
    """Return the marks of what may be a function."""
    marks: tuple[Mark, ...] = getattr(function, _MARKS, ())
    return marks


class Markable:
    """A member of a class body that methods can be marked for: `@CTRL.on_write`."""

    verbs: ClassVar[frozenset[str]] = frozenset({"on_read", "on_write"})
    """The kinds of accesses."""

    @property
    def on_read(self: "Member") -> Mark:  # type: ignore[misc]  # what has this is a Member
        """Mark a method of the class for reads."""
        return Mark(self, "", None, "on_read")

    @property
    def on_write(self: "Member") -> Mark:  # type: ignore[misc]  # what has this is a Member
        """Mark a method of the class for writes."""
        return Mark(self, "", None, "on_write")


class Nested:
    """What stands below a member of a class body: an element, a field, a register in a block."""

    def __init__(
        self, root: "Member", target: "Member", below: str, field: str | None = None
    ) -> None:
        self._root = root
        self._target = target
        self._below = below
        self._field = field

    def __getitem__(self, i: int) -> "Nested":
        """Return an element of an array."""
        if self._field is not None or self._below.endswith("]"):
            raise LayoutError(f"{self._root.name}{self._below} is no array")
        return self._target.element(i, self._root, self._below)

    def __getattr__(self, name: str) -> Any:
        """Return a mark, or what stands below this by name."""
        if name in getattr(self._target, "verbs", ()):
            return Mark(self._root, self._below, self._field, name)
        if self._field is not None:
            raise AttributeError(f"the field {self._field} has no {name}")
        return self._target.named(name, self._root, self._below)
