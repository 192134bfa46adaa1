"""The hex view of any address space: looked at, searched, poked, saved and loaded by hand."""

from .spaces import Spaces, all_spaces, guest_memory, same_as
from .view import Memory

__all__ = ["Memory", "Spaces", "all_spaces", "guest_memory", "same_as"]
