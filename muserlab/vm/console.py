"""The text that the guest's kernel and first process write to the serial console."""

import re

# The last line of what a panic prints.
_PANIC = re.compile(rb"---\[ end Kernel panic - not syncing: (.*) \]---")


class Console:
    """The last part of what was written, as text with plain newlines."""

    def __init__(self, limit: int = 256 * 1024) -> None:
        self._limit = limit
        self._kept = bytearray()

    def feed(self, data: bytes) -> None:
        """Add what came from the serial line."""
        self._kept += data.replace(b"\r", b"")
        del self._kept[: -self._limit]

    def forget(self) -> None:
        """Drop all text, as at a reset."""
        self._kept.clear()

    @property
    def text(self) -> str:
        """All text that is kept."""
        return self._kept.decode("utf-8", "replace")

    @property
    def panic(self) -> str | None:
        """The reason of the panic that the kernel has reported in what is kept, if it has."""
        match = _PANIC.search(self._kept)
        return match[1].decode("utf-8", "replace") if match else None

    def tail(self, lines: int = 20) -> str:
        """Return the last lines, for a message."""
        return "\n".join(self.text.splitlines()[-lines:])
