"""Hooks, their versions, patches, undo, and the migration of state. Knows no device.

A hook is a named place for a callback; a version is one definition that was put there; a patch is
putting one there. A hook holds immutable versions of which one is current: redefining replaces,
never stacks, and a version that raises makes way for the one before it.
"""

from muserlab.live.batch import Batch, Step
from muserlab.live.copies import Copies
from muserlab.live.diff import Diff
from muserlab.live.errors import (
    Blameless,
    HookFailed,
    HookUndefined,
    LiveError,
    PatchError,
    WrongAnswer,
)
from muserlab.live.failure import Failure
from muserlab.live.hook import Hook
from muserlab.live.migrate import Migration, migrate
from muserlab.live.owner import Owner, Transaction
from muserlab.live.source import place_at, place_of
from muserlab.live.version import Version

__all__ = [
    "Batch",
    "Blameless",
    "Copies",
    "Diff",
    "Failure",
    "Hook",
    "HookFailed",
    "HookUndefined",
    "LiveError",
    "Migration",
    "Owner",
    "PatchError",
    "Step",
    "Transaction",
    "Version",
    "WrongAnswer",
    "migrate",
    "place_at",
    "place_of",
]
