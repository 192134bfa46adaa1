"""Bringing a device to rest, for what must not meet an access that is half done."""

import time
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import trio

from muserlab.proto import Request

TIME_LIMIT = 3.0
"""Seconds that a request waits for the device to rest; QEMU gives a late reply up after 5."""

MAX_IN_FLIGHT = 256
"""Accesses with async hooks; further requests wait until one has ended."""

_GRACE = 0.5


@dataclass(eq=False)
class Access:
    """An access in flight: its hook is `async def` and has not returned."""

    request: Request
    work: Awaitable[object]
    since: float = field(default_factory=time.monotonic)
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    reason: str = ""
    """Why it was cancelled, if it was."""
    held: bool = False
    """Whether it waits for a person; it is not half done then."""


_current: ContextVar[Access | None] = ContextVar("muserlab_access", default=None)


class Quiescence:
    """What is in flight in a device, and who wants it at rest.

    A device is at rest when no access is in flight, but for those that wait for a person. DMA
    unmap, reset and a batch of patches wait for that.

    closed: whether a request has to wait now, because somebody keeps the device between two
      messages or MAX_IN_FLIGHT accesses are in flight.
    """

    def __init__(self) -> None:
        self.in_flight: set[Access] = set()
        self.suspensions = 0
        """How many keep the device between two messages now."""
        self.closed = False
        self._changed = trio.Event()

    def begin(self, request: Request, work: Awaitable[object]) -> Access:
        """Count an access in; its work is done in the scope of what is returned."""
        access = Access(request, work)
        self.in_flight.add(access)
        self._judge()
        return access

    def enter(self, access: Access) -> None:
        """Let the current task be the one that does the access's work."""
        _current.set(access)

    def end(self, access: Access) -> None:
        """Count an access out."""
        self.in_flight.remove(access)
        self._notify()

    async def rest(self, reason: str, deadline: float) -> None:
        """Wait for rest, and cancel what is still in flight at the deadline (trio's clock)."""
        with trio.move_on_at(deadline):
            await self._at_rest()
        for access in self.moving:
            access.reason = f"{reason} could not wait for its async hook any longer"
            access.scope.cancel()
        with trio.move_on_after(_GRACE):
            await self._at_rest()

    @property
    def moving(self) -> tuple[Access, ...]:
        """What is in flight and not held."""
        return tuple(access for access in self.in_flight if not access.held)

    @contextmanager
    def holding(self) -> Generator[None]:
        """Hold every request from now on, and count the current task's access as at rest."""
        access = _current.get()
        self.suspensions += 1
        self._judge()
        if access is not None:
            access.held = True
            self._notify()
        try:
            yield
        finally:
            self.suspensions -= 1
            if access is not None:
                access.held = False
            self._notify()

    @asynccontextmanager
    async def suspended_for(self, reason: str) -> AsyncGenerator[None]:
        """Hold every request from now on, bring the device to rest, and keep it there."""
        self.suspensions += 1
        self._judge()
        try:
            await self.rest(reason, trio.current_time() + TIME_LIMIT)
            yield
        finally:
            self.suspensions -= 1
            self._notify()

    async def resumed(self) -> None:
        """Wait until nobody keeps the device suspended."""
        while self.suspensions:
            await self._changed.wait()

    async def _at_rest(self) -> None:
        while self.moving:
            await self._changed.wait()

    async def room(self) -> None:
        """Wait until fewer than MAX_IN_FLIGHT accesses are in flight."""
        while len(self.in_flight) >= MAX_IN_FLIGHT:
            await self._changed.wait()

    def _judge(self) -> None:
        self.closed = self.suspensions > 0 or len(self.in_flight) >= MAX_IN_FLIGHT

    def _notify(self) -> None:
        self._judge()
        self._changed.set()
        self._changed = trio.Event()
