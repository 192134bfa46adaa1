"""The interrupts of a device: every vector, with buttons to trigger it."""

from .view import InterruptsView

__all__ = ["InterruptsView"]
