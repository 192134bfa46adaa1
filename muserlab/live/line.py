"""The versions of one hook, and which of them is current."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from muserlab.live.errors import PatchError
from muserlab.live.failure import Tally
from muserlab.live.version import Trial, Version


class Generation:
    """Counts the changes of all lines, so that what was worked out from them can be kept.

    Whoever keeps such a thing keeps the number with it, and works it out again when that is old.
    """

    now = 0


class Line:
    """The versions of one hook; plain data without threads, owners or calls.

    `own` is the version that is current here. Where there is none, `base`, the line of the hook
    that stands behind this one, tells which version is met. `key` finds the hook again in a later
    definition of its owner.
    """

    __slots__ = ("base", "key", "name", "own", "versions")

    base: "Line | None"
    key: Hashable
    name: str
    own: Version | None
    versions: tuple[Version, ...]

    def __init__(self, name: str, base: "Line | None" = None, key: Hashable = None) -> None:
        self.name = name
        self.key = name if key is None else key
        self.base = base
        self.own = None
        self.versions = ()

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        Generation.now += 1

    @property
    def current(self) -> Version | None:
        """The version that a call meets."""
        if self.own is None and self.base is not None:
            return self.base.current
        return self.own

    def key_of(self, version: Version) -> Hashable:
        """Return the key of the hook that a version was put at: this one, or one behind it."""
        if version in self.versions or self.base is None:
            return self.key
        return self.base.key_of(version)

    def numbered(self, number: int) -> Version:
        """Return the version with that number; raise PatchError where there is none."""
        for version in self.versions:
            if version.number == number:
                return version
        raise PatchError(f"{self.name} has no v{number}; it has {len(self.versions)} versions")

    def define(
        self, function: Callable[..., Any], source: str, place: str, seq: int, probation: int = 0
    ) -> bool:
        """Make function current; return whether it is a new version.

        It is none where the source is the current version's own: then that version gets the new
        function, a fresh count of failures, and a fresh trial of that many accesses.
        """
        if self.own is not None and source and source == self.own.source:
            again = replace(
                self.own,
                function=function,
                place=place,
                trial=Trial(probation),
                tally=Tally(),
                excused=Tally(),
            )
            self.versions = tuple(again if v is self.own else v for v in self.versions)
            self.own = again
            return False
        number = len(self.versions) + 1
        self.own = Version(number, function, source, place, seq, self.current, Trial(probation))
        self.versions = (*self.versions, self.own)
        return True

    def take_up(self, version: Version | None) -> None:
        """Make a version of this line current; any other leaves none current here."""
        self.own = version if version in self.versions else None

    def put_back(self, failed: Version, answered: Version) -> "Line | None":
        """Make the version that answered for a failed one current; return the line it was in.

        Nothing happens where the failed version is no longer current: it was replaced meanwhile.
        """
        if self.own is failed:
            self.take_up(answered)
            return self
        return None if self.base is None else self.base.put_back(failed, answered)

    def keep(self) -> Callable[[], None]:
        """Return what makes the line again what it is now."""
        versions, own = self.versions, self.own

        def restore() -> None:
            self.versions, self.own = versions, own

        return restore

    def empty(self) -> None:
        """Have no version."""
        self.versions, self.own = (), None

    def succeed(self, former: "Line", seq: int) -> None:
        """Continue former's versions here; what is defined here comes after them, from seq on.

        One that former has had from here, as when a succession is taken back, is not a new version.
        """
        mine = self.own
        self.versions, self.own = former.versions, former.own
        if mine in former.versions:
            self.own = mine
        elif mine is not None:
            self.define(mine.function, mine.source, mine.place, seq, mine.trial.length)

    def begin(self, seq: int) -> None:
        """Let every version here be one that could answer from seq on."""
        again: dict[Version | None, Version] = {}
        for version in self.versions:
            former = again.get(version.former, version.former)
            again[version] = replace(version, seq=seq, former=former)
        self.versions, self.own = tuple(again.values()), again.get(self.own)
