"""Hooks, their versions, patches, undo, and the migration of state. Knows no device.

A hook is a named place for a callback; a version is one definition that was put there; a patch is
putting one there. A hook holds immutable versions of which one is current: redefining replaces,
never stacks. A new version is on probation: if it raises, the one before it answers instead.
"""

from muserlab.live.batch import Batch, Step
from muserlab.live.calling import CARELESS, COROUTINE, FAULTS, Care
from muserlab.live.change import Restore, restore
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
from muserlab.live.failure import Failure, Input
from muserlab.live.history import COLUMNS, Entries, Entry, History, Move
from muserlab.live.hook import Hook
from muserlab.live.line import Generation, Line
from muserlab.live.migrate import Migration, migrate
from muserlab.live.origin import Origin, origin_here
from muserlab.live.owner import Owner, Transaction
from muserlab.live.rehearsal import PATIENCE, Difference, Recorded, Rehearsal, What
from muserlab.live.source import check_signature, place_at, place_of
from muserlab.live.version import Trial, Version

__all__ = [
    "CARELESS",
    "COLUMNS",
    "COROUTINE",
    "FAULTS",
    "PATIENCE",
    "Batch",
    "Blameless",
    "Care",
    "Copies",
    "Diff",
    "Difference",
    "Entries",
    "Entry",
    "Failure",
    "Generation",
    "History",
    "Hook",
    "HookFailed",
    "HookUndefined",
    "Input",
    "Line",
    "LiveError",
    "Migration",
    "Move",
    "Origin",
    "Owner",
    "PatchError",
    "Recorded",
    "Rehearsal",
    "Restore",
    "Step",
    "Transaction",
    "Trial",
    "Version",
    "What",
    "WrongAnswer",
    "check_signature",
    "migrate",
    "origin_here",
    "place_at",
    "place_of",
    "restore",
]
