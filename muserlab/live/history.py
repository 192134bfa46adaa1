"""The versions of one hook, and which of them is current."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from muserlab.live.errors import PatchError
from muserlab.live.failure import Tally
from muserlab.live.version import Version


class History:
    """The versions of one hook; plain data without threads, owners or calls.

    `own` is the version that is current here. Where there is none, `base`, the history of the hook
    that stands behind this one, tells which version is met.
    """

    __slots__ = ("base", "name", "own", "versions")

    def __init__(self, name: str, base: "History | None" = None) -> None:
        self.name = name
        self.base = base
        self.own: Version | None = None
        self.versions: tuple[Version, ...] = ()

    @property
    def current(self) -> Version | None:
        """The version that a call meets."""
        if self.own is None and self.base is not None:
            return self.base.current
        return self.own

    def numbered(self, number: int) -> Version:
        """Return the version with that number; raise PatchError where there is none."""
        for version in self.versions:
            if version.number == number:
                return version
        raise PatchError(f"{self.name} has no v{number}; it has {len(self.versions)} versions")

    def define(self, function: Callable[..., Any], source: str, place: str, seq: int) -> bool:
        """Make function current; return whether it is a new version.

        It is none where the source is the current version's own: then that version gets the new
        function, and a fresh count of failures.
        """
        if self.own is not None and source and source == self.own.source:
            again = replace(
                self.own, function=function, place=place, tally=Tally(), excused=Tally()
            )
            self.versions = tuple(again if v is self.own else v for v in self.versions)
            self.own = again
            return False
        self.own = Version(len(self.versions) + 1, function, source, place, seq, self.current)
        self.versions = (*self.versions, self.own)
        return True

    def undo(self) -> None:
        """Make the version that was current before the current one current again."""
        if self.own is None:
            raise PatchError(f"{self.name} has nothing to undo: no version is current here")
        self._take_up(self.own.former)

    def put_back(self, failed: Version, answered: Version) -> bool:
        """Make the version that answered for a failed one current; return whether it is now.

        Nothing happens where the failed version is no longer current: it was replaced meanwhile.
        """
        if self.own is failed:
            self._take_up(answered)
            return True
        return self.base is not None and self.base.put_back(failed, answered)

    def succeed(self, former: "History", seq: int) -> None:
        """Continue former's versions here; what is defined here comes after them, from seq on.

        One that former has had from here, as when a succession is taken back, is not a new version.
        """
        mine = self.own
        self.versions, self.own = former.versions, former.own
        if mine in former.versions:
            self.own = mine
        elif mine is not None:
            self.define(mine.function, mine.source, mine.place, seq)

    def begin(self, seq: int) -> None:
        """Let every version here be one that could answer from seq on."""
        again: dict[Version | None, Version] = {}
        for version in self.versions:
            former = again.get(version.former, version.former)
            again[version] = replace(version, seq=seq, former=former)
        self.versions, self.own = tuple(again.values()), again.get(self.own)

    def _take_up(self, version: Version | None) -> None:
        self.own = version if version in self.versions else None
