"""Devices as Python source text: saving one as a file, and proposing a definition.

Pure functions from a device to text. What a person wrote in cells is found again where Python keeps
it; layouts are written from what they are.
"""

from muserlab.source.errors import SaveError
from muserlab.source.saving import saved
from muserlab.source.seal import is_untouched, sealed
from muserlab.source.suggesting import Suggestion, suggest

__all__ = ["SaveError", "Suggestion", "is_untouched", "saved", "sealed", "suggest"]
