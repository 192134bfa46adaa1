"""Who changes a device other than by an access: the device's own code, or a person.

What comes to the device's thread from outside is by hand. A device that nobody serves has no thread
of its own, so that what its hooks poke passes for a person's.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Literal, ParamSpec, TypeVar

from muserlab.device.journal import in_hook

P = ParamSpec("P")
T = TypeVar("T")

Author = Literal["hook", "person"]

_by_hand: ContextVar[bool] = ContextVar("muserlab_by_hand", default=False)


def by_hand(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call fn as something that a person does, and return what it returns."""
    token = _by_hand.set(True)
    try:
        return fn(*args, **kwargs)
    finally:
        _by_hand.reset(token)


def author() -> Author:
    """Tell who pokes at this moment."""
    return "person" if _by_hand.get() and not in_hook() else "hook"
