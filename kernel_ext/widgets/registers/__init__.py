"""The registers of a device: a table of any number of them, and a closer look at one."""

from .view import RegistersView

__all__ = ["RegistersView"]
