"""Methods of a device's class that are its hooks."""

from typing import TYPE_CHECKING, Any

from muserlab.live import Hook

_NAMES = ("on_reset", "on_connect", "on_disconnect", "on_migrate")


class HookMethods:
    """What has hooks of its own that a subclass may define as methods, by the same names.

    `super()` leads to what a base class defines, and at last to nothing. On a device each name is
    the hook, of which the method is the first version.
    """

    if not TYPE_CHECKING:  # a checker sees the hooks

        def on_reset(self, kind: object) -> None:
            """Do nothing after a reset."""

        def on_connect(self, client: str) -> None:
            """Do nothing when a client has come."""

        def on_disconnect(self, client: str) -> None:
            """Do nothing when it has gone."""

        def on_migrate(self, dropped: object) -> None:
            """Do nothing with what has no place any more."""

    def define_methods(self) -> None:
        """Put the methods of the class at the hooks."""
        for name in _NAMES:
            method: Any = getattr(type(self), name)
            if method is not getattr(HookMethods, name):
                hook: Hook = getattr(self, name)
                hook(method)
