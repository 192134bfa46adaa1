"""What went wrong in a hook, under the cell that defined it, and what can be done about it."""

from .card import FaultCard

__all__ = ["FaultCard"]
