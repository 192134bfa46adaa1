"""How a guest is, and what is being done to it; nothing here waits for it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from muserlab.lab import VM, Future

from ..live import Picture

ASK_SECONDS = 1.0  # between two questions to QEMU


class Machine:
    """The guest that a view is about, and what its buttons have begun."""

    def __init__(self, vm: VM, clock: Callable[[], float] = time.monotonic) -> None:
        self.vm = vm
        self._clock = clock
        self._asked = -ASK_SECONDS
        self._status: Future[str] | None = None
        self._word = "running"
        self._doing: tuple[str, Future[None]] | None = None
        self.failure = ""
        """Why what a button began did not succeed."""

    def look(self) -> None:
        """Take what QEMU has answered, and ask again now and then; see how a button's work is."""
        if self._status is not None and self._status.done():
            self._word = self._status.result() if self._status.exception() is None else self._word
            self._status = None
        if self._doing is not None and self._doing[1].done():
            what, done = self._doing
            error = done.exception()
            self.failure = f"{what}: {error}" if error is not None else ""
            self._doing = None
        if self.vm.running and self._status is None and self._clock() - self._asked > ASK_SECONDS:
            self._asked = self._clock()
            self._status = self.vm.portal.submit(self.vm.guest.status)

    def begin(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Have something done to the guest, unless something is being done."""
        if self._doing is None and self.vm.running:
            self.failure = ""
            self._doing = what, self.vm.portal.submit(work)

    def post(self, work: Callable[[], None]) -> None:
        """Have work done on the trio thread; never wait for it."""
        self.vm.portal.soon(work)

    @property
    def stopped(self) -> str:
        """Why nothing happens any more; empty where something may."""
        if self.vm.running:
            return ""
        how = "from here" if self.vm.closed else self.vm.guest.ending
        return f"the guest has ended {how}: lab.vm() boots another"

    def facts(self) -> Picture:
        """Return its state in a word and a tone, and what it consists of."""
        state, tone = self._state()
        devices: Any = [[name, address] for name, address in self.vm.devices.items()]
        return {"state": state, "tone": tone, "pid": self.vm.pid, "devices": devices}

    def _state(self) -> tuple[str, str]:
        guest = self.vm.guest
        if not self.vm.running:
            return "ended", "off"
        if self._doing is not None:
            return f"{self._doing[0]} …", "free"
        if guest.panic is not None:
            return f"panicked: {guest.panic}", "bad"
        if not guest.up:
            return "booting", "free"
        return self._word, "used" if self._word == "running" else "free"
