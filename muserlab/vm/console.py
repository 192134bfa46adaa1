"""What the guest writes to its serial line: the kernel's messages, and the shell there."""

import re
import threading
from collections.abc import Callable

TERMINAL_SIZE = (100, 30)
"""The columns and lines of a terminal, as inside/profile tells the shell: a line cannot say it."""

# The last line of what a panic prints.
_PANIC = re.compile(rb"---\[ end Kernel panic - not syncing: (.*) \]---")
_LONGEST_PANIC = 1024
_CLEAR_TERMINAL = b"\x1bc"


class Console:
    """The last part of what was written: as text, and as the bytes that a terminal shows.

    Fed on one thread, read on any.
    """

    def __init__(self, limit: int = 256 * 1024) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._written = 0
        self._restart = 0  # what was written before is of the time before a reset
        self._panic: str | None = None
        self._waiting: set[Callable[[], object]] = set()
        self._changing = threading.Lock()

    def feed(self, data: bytes) -> None:
        """Add what came from the serial line."""
        with self._changing:
            self._kept += data
            self._written += len(data)
            # A panic's line may have come in pieces, but none of it before the last reset.
            unread = min(len(data) + _LONGEST_PANIC, self._written - self._restart)
            if match := _PANIC.search(self._kept, max(0, len(self._kept) - unread)):
                self._panic = match[1].decode("utf-8", "replace")
            del self._kept[: -self._limit]
            waiting, self._waiting = self._waiting, set()
        for tell in waiting:
            tell()

    def forget(self) -> None:
        """Drop all text, as at a reset; a terminal that follows is cleared."""
        self.feed(_CLEAR_TERMINAL)
        self._restart, self._panic = self._written, None

    def since(self, position: int) -> tuple[bytes, int]:
        """Return what was written after a position, as far as it is kept, and the position now.

        Positions count bytes from 0, the guest's first; a reset does not turn them back.
        """
        with self._changing:
            missing = self._written - position
            return bytes(self._kept[-missing:]) if missing > 0 else b"", self._written

    def once_beyond(self, position: int, tell: Callable[[], object]) -> None:
        """Call tell once, as soon as more than that is written; it must not wait, nor raise."""
        with self._changing:
            if self._written == position:
                self._waiting.add(tell)
                return
        tell()

    @property
    def text(self) -> str:
        """All text that is kept since the last reset, with plain newlines."""
        return self.since(self._restart)[0].replace(b"\r", b"").decode("utf-8", "replace")

    @property
    def panic(self) -> str | None:
        """The reason of the panic that the kernel has reported since the last reset, if it has."""
        return self._panic

    def tail(self, lines: int = 20) -> str:
        """Return the last lines, for a message."""
        return "\n".join(self.text.splitlines()[-lines:])
