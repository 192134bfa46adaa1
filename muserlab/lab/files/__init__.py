"""Devices that a file defines: served from it, and patched when it is saved."""

from muserlab.lab.files.definitions import DefinitionFailed
from muserlab.lab.files.file import ServedFile

__all__ = ["DefinitionFailed", "ServedFile"]
