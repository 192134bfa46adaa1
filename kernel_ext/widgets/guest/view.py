"""The view of a guest: a console to type at, how it is, and what a machine has on its front."""

import time
from collections.abc import Mapping
from typing import Any

import traitlets

from muserlab.lab import VM

from ...watchers import watchers
from ..live import Picture, Shown, static
from ..still import preformatted
from .machine import Machine
from .terminal import Terminal

SECONDS_A_LOOK = 0.015  # for the terminal, which is Python too
PIECE = 1024  # bytes that it takes at a time
MOST_BEHIND = 64 * 1024  # bytes; of more the first are left out: nobody can read so fast
TYPED_AT_ONCE = 64 * 1024


class GuestWidget(Shown):
    """A guest, live."""

    _esm = static("watching.js", "terminalkeys.js", "terminal.js", "guest.js")
    _css = static("common.css", "guest.css", "terminal.css")
    size = traitlets.List[int]().tag(sync=True)
    """Columns and lines of the terminal."""

    def __init__(self, vm: VM) -> None:
        self._machine = Machine(vm)
        self._terminal = Terminal(*vm.guest.terminal_size)
        self._position = 0
        self._unfed = b""
        self._failure = ""
        super().__init__(self._machine, size=list(vm.guest.terminal_size))
        self._catch_up(1.0)

    # -- what is shown -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take what the guest has written, and ask how it is."""
        self._catch_up(SECONDS_A_LOOK)
        if not self._unfed:  # of what comes faster, a look ten times a second is enough
            self._machine.vm.guest.once_beyond(self._position, self._wake)
        failure = self._machine.failure
        if failure != self._failure:
            self._failure = self.said = failure

    def picture(self, _wants: Mapping[str, Any], /) -> Picture:
        """Return the terminal's lines by their numbers, its cursor, and the machine's state."""
        terminal = self._terminal
        first = terminal.first
        shows: Picture = {f"line {at}": line for at, line in enumerate(terminal.lines, first)}
        return {
            **shows,
            **self._machine.facts(),
            "first": first,
            "cursor": terminal.cursor,
            "application": terminal.application_keys,
        }

    def _wake(self) -> None:
        watchers.wake(self)

    def _catch_up(self, seconds: float) -> None:
        """Feed the terminal what is new, for some time at most."""
        written, self._position = self._machine.vm.guest.written_since(self._position)
        self._unfed = (self._unfed + written)[-MOST_BEHIND:]
        until = time.perf_counter() + seconds
        while self._unfed and time.perf_counter() < until:
            self._terminal.feed(self._unfed[:PIECE])
            self._unfed = self._unfed[PIECE:]

    # -- what a person does ------------------------------------------------------------------------

    def handle(self, content: dict[str, Any]) -> None:
        """Type, or press a button."""
        vm = self._machine.vm
        match content:
            case {"type": str(keys)}:
                self.act(vm.guest.type, keys[:TYPED_AT_ONCE].encode())
            case {"press": "reset"}:
                self._machine.begin("resetting", vm.guest.reset)
            case {"press": "power"}:
                self._machine.begin("shutting down", vm.apowerdown)
            case {"press": "plug"}:
                self._machine.begin("ending", vm.aclose)
            case _:
                pass

    def still(self) -> tuple[str, str]:
        """Return the screen as text, below what the guest is."""
        text = f"{self._machine.vm!r}\n\n{self._terminal.text}"
        return text, preformatted(text)
