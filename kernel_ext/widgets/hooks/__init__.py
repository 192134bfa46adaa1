"""The hooks of a device: their versions, and the way back to each."""

from .view import HooksView

__all__ = ["HooksView"]
