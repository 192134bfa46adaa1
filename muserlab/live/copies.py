"""Copies of hooks' lines, for a copy of what they belong to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from muserlab.live.failure import Tally
from muserlab.live.line import Line
from muserlab.live.version import Version

Function = Callable[..., Any]


class Copies:
    """Lines as they are now, that share nothing with the originals that could change.

    What several lines have in common (a base, a version that went before) their copies have
    in common too. `function` tells what stands in a copy for a version's function.
    """

    def __init__(self, function: Callable[[Function], Function]) -> None:
        self._function = function
        self._lines: dict[Line, Line] = {}
        self._versions: dict[Version, Version] = {}

    def line(self, original: Line) -> Line:
        """Return the copy of a line; the same one every time."""
        copy = self._lines.get(original)
        if copy is None:
            base = None if original.base is None else self.line(original.base)
            copy = self._lines[original] = Line(original.name, base, original.key)
            copy.versions = tuple(map(self._version, original.versions))
            copy.own = None if original.own is None else self._version(original.own)
        return copy

    def _version(self, original: Version) -> Version:
        formers: list[Version] = []  # of a version that was patched a thousand times, as many
        at: Version | None = original
        while at is not None and at not in self._versions:
            formers.append(at)
            at = at.former
        for version in reversed(formers):
            former = None if version.former is None else self._versions[version.former]
            self._versions[version] = copy = replace(
                version,
                function=self._function(version.function),
                former=former,
                trial=version.trial.copy(),
                tally=Tally(),
                excused=Tally(),
            )
            copy.tally.take(version.tally, copy)
            copy.excused.take(version.excused, copy)
        return self._versions[original]
