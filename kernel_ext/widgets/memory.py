"""The hex view: a window of a region's bytes."""

from collections.abc import Mapping
from typing import Any

import traitlets

from .following import Following
from .live import Live, static
from .still import hexdump, preformatted

WINDOW = 1024  # bytes shown at once: a screenful, and a message that costs nothing


class Memory(Live):
    """A live hex view of a region's bytes.

    `places` are offsets by name, to go to with a click. The view begins at the first of them.
    """

    _esm = static("watching.js", "memory.js")
    _css = static("common.css", "memory.css")
    data = traitlets.Bytes().tag(sync=True)
    offset = traitlets.Int().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    places = traitlets.List[str]().tag(sync=True)

    def __init__(
        self, following: Following, index: int, name: str, places: Mapping[str, int]
    ) -> None:
        self._index = index
        self._name = name
        self._offsets = dict(places)
        self._start = min(places.values(), default=0)
        super().__init__(following, places=list(places))
        self.refresh()

    def refresh(self) -> None:
        """Take the bytes of the window as they are now."""
        region = self.following.region(self._index)
        size = 0 if region is None else region.size
        self.offset = min(self._start, max(0, size - WINDOW + 0xF)) & ~0xF
        end = min(self.offset + WINDOW, size)
        self.data = region.peek(self.offset, end - self.offset) if region is not None else b""
        gone = "" if size else ", which this definition does not have"
        shown = f" [{self.offset:#x}:{end:#x}] of {size:#x} bytes" if size else gone
        self.caption = f"{self._name}{shown}{self.following.note()}"

    def handle(self, content: dict[str, Any]) -> None:
        """Move the window to the offset, or the place, that a person typed."""
        match content:
            case {"go": str(text)}:
                place = self._offsets.get(text.strip())
                self._start = max(0, int(text, 0) if place is None else place)
            case _:
                pass

    def still(self) -> tuple[str, str]:
        """Return the window as lines of hexadecimal."""
        text = hexdump(self.caption, self.offset, self.data)
        return text, preformatted(text)
