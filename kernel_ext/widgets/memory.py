"""The hex view: a window of a region's bytes."""

from collections.abc import Callable
from typing import Any

import traitlets

from .live import Every, Live
from .table import STATIC

WINDOW = 1024  # bytes shown at once: a screenful, and a message that costs nothing


class Memory(Live):
    """A live hex view of `size` bytes that `peek(offset, count)` returns."""

    _esm = STATIC / "memory.js"
    _css = STATIC / "memory.css"
    data = traitlets.Bytes().tag(sync=True)
    offset = traitlets.Int().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        title: str,
        size: int,
        peek: Callable[[int, int], bytes],
        every: Every,
        refuses: type[Exception],
    ) -> None:
        self._title = title
        self._size = size
        self._peek = peek
        super().__init__(every, refuses, offset=0, data=peek(0, min(WINDOW, size)))
        self.caption = self._told()

    def refresh(self) -> None:
        """Send the window where a byte changed (traitlets compares)."""
        self.data = self._peek(self.offset, min(WINDOW, self._size - self.offset))

    def handle(self, content: dict[str, Any]) -> None:
        """Move the window to the offset that a person typed."""
        match content:
            case {"go": str(text)}:
                try:
                    wanted = int(text, 0)
                except ValueError:
                    return
                last = max(0, self._size - WINDOW)
                self.offset = min(max(0, wanted & ~0xF), last)
                self.caption = self._told()
                self.refresh()
            case _:
                pass

    def _told(self) -> str:
        end = min(self.offset + WINDOW, self._size)
        return f"{self._title}  [{self.offset:#x}:{end:#x}] of {self._size:#x} bytes"
