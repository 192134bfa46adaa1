"""A guest, live: its serial console, its state, its buttons."""

from .view import GuestWidget

__all__ = ["GuestWidget"]
