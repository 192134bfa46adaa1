"""Writes of a client to memory that it has mapped: unseen, so they are found by looking.

A snapshot of the memory is compared with what is there now, page by page, then in the pages that
differ word by word: a store of four bytes that changes one of them shows as four bytes.
"""

from collections.abc import Coroutine, Iterator
from mmap import mmap
from typing import Any

from muserlab.device.hooks import HookOwner
from muserlab.device.host import InlineHost, Task
from muserlab.device.journal import assign
from muserlab.device.region.chain import Chain, Link, extended
from muserlab.device.region.site import Span
from muserlab.device.region.steps import Steps, drive
from muserlab.device.region.storage import PAGE
from muserlab.live import COROUTINE, HookFailed
from muserlab.trace import Kind

Spans = tuple[tuple[int, int], ...]
"""Start and end of each range of a region that somebody wants to hear of."""

WORD = 4
_LINE = 64


class Watch:
    """Mapped memory from start up to end of a region, and what it was when last looked at.

    Pokes go through it, so that only what others write counts as a change.
    """

    def __init__(self, data: mmap, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.data = data
        self._pages: dict[int, bytes] = {}
        """What the watched pages were, by their offset in the region."""

    @property
    def pages(self) -> tuple[int, ...]:
        """Offsets in the region of the pages that are watched."""
        return tuple(self._pages)

    def forget(self) -> None:
        """Watch nothing."""
        self._pages.clear()

    def succeed(self, former: "Watch") -> None:
        """Compare with what the same memory was when a former definition looked at it last."""
        if self.data is former.data:
            self._pages = dict(former._pages)

    def watch(self, spans: Spans) -> None:
        """Watch the pages of these spans; one that was not watched is taken as unchanged now."""
        wanted = {
            at
            for start, stop in spans
            for at in range(max(start, self.start) // PAGE * PAGE, min(stop, self.end), PAGE)
        }
        self._pages = {at: self._pages.get(at, self.data[at : at + PAGE]) for at in sorted(wanted)}

    def changes(self) -> Iterator[tuple[int, bytes]]:
        """Yield offset in the region and new bytes of each run of words that has changed."""
        for at, before in tuple(self._pages.items()):
            now = self.data[at : at + PAGE]
            if now != before:
                self._pages[at] = now
                for start, end in _runs(before, now):
                    yield at + start, now[start:end]

    def __getitem__(self, key: slice) -> bytes:
        return self.data[key]

    def __setitem__(self, key: slice, value: bytes) -> None:
        """Change the memory without that being a change."""
        self.data[key] = value
        first: int = key.start
        for at in range(first // PAGE * PAGE, first + len(value), PAGE):
            if at in self._pages:
                page = bytearray(self._pages[at])
                start, end = max(first, at), min(first + len(value), at + PAGE)
                page[start - at : end - at] = value[start - first : end - first]
                self._pages[at] = bytes(page)


class Poller:
    """Looks for changes in a region's mapped memory and calls on_change hooks.

    Only the pages of hooked ranges are looked at. What a client finds when it comes is unchanged;
    what it wrote just before it left is told when it leaves.
    """

    def __init__(self, owner: HookOwner, region: str) -> None:
        self._owner = owner
        self._region = region
        self.watches: tuple[Watch, ...] = ()
        """The mapped memory; assigned by what owns it."""
        self._hooks: Chain = ()
        self._spans: Spans = ()
        self._seconds: float | None = 0.05
        self._connected = False
        self.task: Task | None = None
        """What looks by the clock, while there is a reason to."""

    def sees(self, span: Span) -> bool:
        """Tell whether any of a span is mapped memory."""
        return any(
            span.start < watch.end and (span.stop is None or watch.start < span.stop)
            for watch in self.watches
        )

    def add_hook(self, link: Link) -> None:
        """Tell a hook of changes in its span from now on."""
        first = not self._hooks
        self._hooks = extended(self._hooks, link)
        if first:
            self._owner.run(self.restart)

    def scan(self) -> Coroutine[Any, Any, None] | None:
        """Look once; return something to await where a hook is async."""
        self._follow_hooks()
        return drive(self._scan()) if self._spans else None

    def _follow_hooks(self) -> None:
        spans = tuple((link.start, link.stop) for link in self._hooks if link.hook)
        if spans != self._spans:
            self._spans = spans
            for watch in self.watches:
                watch.watch(spans)

    def _scan(self) -> Steps[None]:
        for watch in self.watches:
            for offset, data in watch.changes():
                self._owner.trace.record(Kind.CHANGE, self._region, offset, data)
                yield from self._tell(offset, data)

    def _tell(self, offset: int, data: bytes) -> Steps[None]:
        for link in self._hooks:
            start = max(offset, link.start)
            end = min(offset + len(data), link.stop)
            if start < end and link.hook:
                try:
                    answer = link.hook.call(start, data[start - offset : end - offset])
                    if type(answer) is COROUTINE:
                        yield answer
                except HookFailed:
                    continue

    # -- by the clock, while a client is connected ------------------------------------------------

    def every(self, seconds: float | None) -> None:
        """Look that often, or with None not at all."""
        self._seconds = seconds
        self.restart()

    def succeed(self, former: "Poller") -> None:
        """Go on where a former definition's poller is: what it has not found yet is found here.

        To be called when the mapped memory is that of the former, if it is at all.
        """
        assign(self, _seconds=former._seconds, _connected=former._connected, _spans=())
        for watch, its in zip(self.watches, former.watches, strict=False):
            watch.succeed(its)

    def leave(self) -> None:
        """Look no more: another definition does."""
        self._connected = False
        self.restart()

    def start(self) -> None:
        """Look from now on: a client has come."""
        self._connected = True
        self._spans = ()
        for watch in self.watches:
            watch.forget()
        self._follow_hooks()
        self.restart()

    def stop(self) -> None:
        """Look a last time: the client has gone."""
        self._connected = False
        rest = self.scan()
        if rest is not None:
            self._owner.let_finish(rest, f"{self._region}.on_change")
        self.restart()

    def restart(self) -> None:
        """Look by the clock of whoever runs the device now, if there is a reason to."""
        if self.task is not None:
            self.task.cancel()
            self.task = None
        host = self._owner.host
        wanted = self.watches and self._hooks and self._connected and self._seconds
        if wanted and not isinstance(host, InlineHost):
            self.task = host.every(self._seconds or 0, self.scan)


def _runs(before: bytes, now: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of words in which the two differ."""
    start = end = -1
    for line in range(0, len(now), _LINE):
        if before[line : line + _LINE] == now[line : line + _LINE]:
            continue
        for at in range(line, min(line + _LINE, len(now)), WORD):
            if before[at : at + WORD] == now[at : at + WORD]:
                continue
            if at != end:
                if end > 0:
                    yield start, end
                start = at
            end = at + WORD
    if end > 0:
        yield start, end
