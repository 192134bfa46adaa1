"""What can go wrong with a hook."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.live.failure import Failure


class LiveError(Exception):
    """Base of this room's errors."""


class PatchError(LiveError):
    """A definition was refused, or there is nothing to undo; nothing has changed."""


class WrongAnswer(LiveError, TypeError):
    """What a version returned makes no sense where its hook is; a hook's `check` raises it."""


class Blameless(Exception):
    """Raised in a hook by what it called, through no fault of its own: a client's, say.

    It is told like a failure; but the version neither counts as failed nor makes way for another.
    """


class HookUndefined(LiveError):
    """A hook was called that has no version; ask `bool(hook)` first."""


class HookFailed(LiveError):
    """No version of a hook could answer; the caller falls back on its default answer.

    `failures` tells what each version tried raised, the current one's first.
    """

    def __init__(self, hook: str, failures: "tuple[Failure, ...]") -> None:
        self.hook = hook
        self.failures = failures
        told = "; ".join(f"v{f.version.number}: {f.exception!r}" for f in failures)
        super().__init__(f"{hook}: no version answered ({told})")
