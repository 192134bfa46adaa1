"""Accesses that wait for a person: what they are, and how they go on."""

import errno as errnos
import time
from collections.abc import Iterator, Sequence
from typing import Any, overload

import trio

from muserlab.device import Pending, Verdict
from muserlab.lab.errors import PauseError
from muserlab.lab.portal import Portal
from muserlab.live import Failure


class PausedAccess:
    """One access that waits; its client waits too, and whatever that asks afterwards.

    Use it from any thread. An access that goes on by another way than a person's word, as when its
    client leaves, is over: `over` tells how it ended, and deciding about it raises PauseError.
    """

    def __init__(
        self, portal: Portal, device: str, client: str | None, pending: Pending, limit: float | None
    ) -> None:
        self.device = device
        self.client = client
        self.over = ""
        """How it went on; empty while it waits."""
        self._portal = portal
        self._pending = pending
        self._since = time.monotonic()
        self._limit = limit
        self._verdict: Verdict | None = None
        self._decided = trio.Event()

    # -- what there is to see --------------------------------------------------------------------

    @property
    def access(self) -> str:
        """What the client wants: "write of 0x00000001 to bar0.CTRL at 0x8"."""
        return str(self._pending.access)

    @property
    def reason(self) -> str:
        """Why it waits."""
        return self._pending.reason

    @property
    def new(self) -> Any:
        """What the write would leave; of a read, what there is."""
        return self._pending.new

    @property
    def old(self) -> Any:
        """What there was before it."""
        return self._pending.old

    @property
    def failure(self) -> Failure | None:
        """What the hook raised, if that is why it waits."""
        return self._pending.failure

    @property
    def seconds(self) -> float:
        """How long it has waited."""
        return time.monotonic() - self._since

    @property
    def seconds_left(self) -> float | None:
        """How long the client will wait yet; None where it waits for ever."""
        return None if self._limit is None else max(0.0, self._limit - self.seconds)

    # -- what becomes of it ----------------------------------------------------------------------

    def resume(self, value: int | bytes | None = None) -> None:
        """Let it go on; with a value, a read answers that, and a write stores that instead.

        Of an access whose hook failed: without the hook.
        """
        self._decide(Verdict("resume", value))

    def retry(self) -> None:
        """Make it again, with the hook as it is by now."""
        self._decide(Verdict("retry"))

    def fail(self, errno: int = errnos.EIO) -> None:
        """Let the client have an error."""
        self._decide(Verdict("fail", errno=errno))

    def _decide(self, verdict: Verdict) -> None:
        if self._portal.here:
            self.decide(verdict)
        else:
            self._portal.call(self.decide, verdict)

    # -- on the trio thread ----------------------------------------------------------------------

    def decide(self, verdict: Verdict) -> None:
        """Say what becomes of it; raises PauseError if that is said already."""
        if self.over:
            raise PauseError(f"{self.access} waits no more: {self.over}")
        self.over = _told(verdict)
        self._verdict = verdict
        self._decided.set()

    async def wait(self) -> Verdict:
        """Return what was decided; cancelled, it is over."""
        try:
            await self._decided.wait()
        finally:
            self.over = self.over or "its client left, or the lab was stopped"
        assert self._verdict is not None
        return self._verdict

    def __repr__(self) -> str:
        """Tell the access, why it waits and how long it may."""
        if self.over:
            return f"<{self.device}: {self.access}, {self.over}>"
        left = self.seconds_left
        limit = "" if left is None else f"; goes on by itself in {left:.0f} s"
        values = f"new {self.new!r}, old {self.old!r}"
        return (
            f"{self.device}: {self.access}, from {self.client or 'no client'}\n"
            f"  {self.reason}\n"
            f"  {values}\n"
            f"  paused for {self.seconds:.0f} s{limit}: resume(), resume(value=…), retry(), fail()"
        )


def _told(verdict: Verdict) -> str:
    match verdict.what:
        case "resume" if verdict.value is not None:
            return f"resumed with {verdict.value!r}"
        case "resume":
            return "resumed"
        case "retry":
            return "retried"
        case "fail":
            return f"failed with {errnos.errorcode.get(verdict.errno, verdict.errno)}"


class Paused(Sequence[PausedAccess]):
    """The accesses that wait at this moment, the one that has waited longest first.

    `resume`, `retry` and `fail` decide about that one; PauseError is raised where nothing waits.
    """

    def __init__(self, accesses: Sequence[PausedAccess]) -> None:
        self._accesses = tuple(accesses)

    def resume(self, value: int | bytes | None = None) -> None:
        """Let it go on; see PausedAccess.resume."""
        self._first().resume(value)

    def retry(self) -> None:
        """Make it again, with the hook as it is by now."""
        self._first().retry()

    def fail(self, errno: int = errnos.EIO) -> None:
        """Let the client have an error."""
        self._first().fail(errno)

    def _first(self) -> PausedAccess:
        if not self._accesses:
            raise PauseError("no access is paused")
        return self._accesses[0]

    @overload
    def __getitem__(self, at: int) -> PausedAccess: ...
    @overload
    def __getitem__(self, at: slice) -> "Paused": ...
    def __getitem__(self, at: int | slice) -> "PausedAccess | Paused":
        return Paused(self._accesses[at]) if isinstance(at, slice) else self._accesses[at]

    def __iter__(self) -> Iterator[PausedAccess]:
        return iter(self._accesses)

    def __len__(self) -> int:
        return len(self._accesses)

    def __repr__(self) -> str:
        """Show each, or say that there is none."""
        return "\n".join(map(repr, self._accesses)) or "no access is paused"
