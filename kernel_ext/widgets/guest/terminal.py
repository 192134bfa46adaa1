"""A terminal's screen and what has scrolled off it, for lines of a page."""

from collections import deque
from copy import copy
from typing import Any

import pyte

KEPT = 600  # lines that have scrolled off

_ALTERNATE_SCREEN = (47, 1047, 1049)
_APPLICATION_KEYS = 1 << 5  # private mode 1, as pyte keeps it

Line = list[list[str]]
"""Pieces of a line: text, then colour, background and flags where they are not the usual ones."""


class Terminal:
    """What a program on a serial line has put on a screen.

    Lines have numbers, from the first that was ever written: a line that scrolls off keeps its own.
    """

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = _Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Take what came, however it was split; bytes that make no sense there do no harm."""
        try:
            self._stream.feed(data)
        except Exception:  # noqa: BLE001 - a sequence that the emulator knows only half of
            self._stream = pyte.ByteStream(self._screen)

    @property
    def first(self) -> int:
        """The number of the first line that is kept."""
        return self._screen.top - len(self._screen.past)

    @property
    def lines(self) -> list[Line]:
        """All lines that are kept, those on the screen last; empty ones at its end are left out."""
        screen = [self._screen.line(at) for at in range(self._screen.lines)]
        while len(screen) > self._screen.cursor.y + 1 and not screen[-1]:
            screen.pop()
        return [*self._screen.past, *screen]

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The number of the cursor's line and its column; None where it is hidden."""
        cursor = self._screen.cursor
        return None if cursor.hidden else (self._screen.top + cursor.y, cursor.x)

    @property
    def application_keys(self) -> bool:
        """Whether a program wants the arrow keys told in its own way."""
        return _APPLICATION_KEYS in self._screen.mode

    @property
    def text(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()


class _Screen(pyte.Screen):
    """A screen that keeps what scrolls off it, and has a second one for editors and the like."""

    def __init__(self, columns: int, lines: int) -> None:
        self.past: deque[Line] = deque(maxlen=KEPT)
        self.top = 0
        self._first_screen: tuple[Any, Any] | None = None
        super().__init__(columns, lines)

    def line(self, at: int) -> Line:
        """Return a line of the screen in pieces of one look, without the blanks at its end."""
        row = self.buffer[at]
        pieces: Line = []
        for x in range(self.columns):
            char = row[x]
            look = _look(char)
            if pieces and pieces[-1][1:] == look:
                pieces[-1][0] += char.data
            else:
                pieces.append([char.data, *look])
        while pieces and not pieces[-1][1:] and not pieces[-1][0].strip():
            pieces.pop()
        if pieces and not pieces[-1][1:]:
            pieces[-1][0] = pieces[-1][0].rstrip()
        return pieces

    def index(self) -> None:
        """Move down a line; at the end of the screen, the first line leaves."""
        bottom = self.margins.bottom if self.margins else self.lines - 1
        whole = self.margins is None or self.margins.top == 0
        if self.cursor.y == bottom and whole and self._first_screen is None:
            self.past.append(self.line(0))
            self.top += 1
        super().index()

    def set_mode(self, *modes: int, **private: Any) -> None:
        """Set modes; some of them change to the second screen."""
        if private.get("private") and self._first_screen is None and _alternate(modes):
            self._first_screen = dict(self.buffer), copy(self.cursor)
            self.buffer.clear()  # of these rows; others come in their place
        super().set_mode(*modes, **private)

    def reset_mode(self, *modes: int, **private: Any) -> None:
        """Leave modes; some of them bring the first screen back."""
        if private.get("private") and self._first_screen is not None and _alternate(modes):
            rows, self.cursor = self._first_screen
            self._first_screen = None
            self.buffer.clear()
            self.buffer.update(rows)
        super().reset_mode(*modes, **private)

    def report_device_status(self, mode: int, **_: Any) -> None:
        """Answer nothing: a line that is read late would take the answer for something typed."""


def _alternate(modes: tuple[int, ...]) -> bool:
    return any(mode in _ALTERNATE_SCREEN for mode in modes)


def _look(char: Any) -> list[str]:
    """Return a character's colour, background and flags; nothing where they are the usual ones."""
    flags = "".join(
        letter
        for letter, on in (
            ("b", char.bold),
            ("i", char.italics),
            ("u", char.underscore),
            ("s", char.strikethrough),
        )
        if on
    )
    fg, bg = (char.bg, char.fg) if char.reverse else (char.fg, char.bg)
    if char.reverse and (fg, bg) == ("default", "default"):
        flags += "r"
    if fg == bg == "default" and not flags:
        return []
    return [fg, bg, flags]
