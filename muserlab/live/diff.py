"""What changed between two versions of a hook."""

import difflib
from typing import Self

from muserlab.live.version import Version


class Diff(str):
    """A unified diff that shows itself line by line in a session."""

    __slots__ = ()

    @classmethod
    def between(cls, hook: str, old: Version | None, new: Version) -> Self:
        """Compare the sources of two versions; None stands for nothing at all."""
        return cls(
            "".join(
                difflib.unified_diff(
                    old.source.splitlines(keepends=True) if old is not None else [],
                    new.source.splitlines(keepends=True),
                    f"{hook} {old}" if old is not None else hook,
                    f"{hook} {new}",
                )
            )
        )

    def __repr__(self) -> str:
        """Show the text itself."""
        return str(self)
