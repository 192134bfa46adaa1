"""Bringing a device to rest, for what must not meet an access that is half done."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from muserlab.device import BusyError, PCIDevice
from muserlab.proto import Request

TIME_LIMIT = 3.0
"""Seconds that accesses in flight get to finish; QEMU gives a late reply up after 5."""

_GRACE = 0.5
_POLL = 0.001


@dataclass(eq=False)
class Access:
    """An access in flight: its hook is `async def` and has not returned."""

    request: Request
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    reason: str = ""
    """Why it was cancelled, if it was."""


class Quiescence:
    """What is in flight in a device, and who wants it at rest.

    Two things keep a device from rest: accesses in flight, and DMA of a task of the device: a
    window that it holds open, a transfer by messages. DMA unmap, reset and a batch of patches wait
    for both (vfio-user specification, VFIO_USER_DMA_UNMAP: in-flight transactions end before the
    reply).
    """

    def __init__(self, device: PCIDevice) -> None:
        self.device = device
        self.in_flight: set[Access] = set()
        self.suspensions = 0
        """How many keep the device between two messages now."""
        self._changed = trio.Event()

    @property
    def reached(self) -> bool:
        """Whether the device is at rest."""
        return not self.in_flight and self.device.quiet

    def begin(self, request: Request) -> Access:
        """Count an access in; it is carried out in the scope of what is returned."""
        access = Access(request)
        self.in_flight.add(access)
        return access

    def end(self, access: Access) -> None:
        """Count an access out."""
        self.in_flight.remove(access)
        self._notify()

    async def wait(self, reason: str) -> None:
        """Wait for rest, and cancel what is still in flight after TIME_LIMIT.

        DMA of a task is not cancelled: `reached` tells whether it goes on.
        """
        if not await self._rested(TIME_LIMIT):
            for access in self.in_flight:
                access.reason = f"{reason} had waited {TIME_LIMIT:g} s for its async hook"
                access.scope.cancel()
            await self._rested(_GRACE)

    @asynccontextmanager
    async def suspended_for(self, reason: str) -> AsyncGenerator[None]:
        """Hold every request from now on, bring the device to rest, and keep it there.

        Raises BusyError if a DMA window stays open.
        """
        self.suspensions += 1
        try:
            await self.wait(reason)
            if not self.reached:
                raise BusyError(
                    f"{self.device.name} does not come to rest for {reason}: a task of the device "
                    f"keeps a DMA window open; end the task or close the window"
                )
            yield
        finally:
            self.suspensions -= 1
            self._notify()

    async def resumed(self) -> None:
        """Wait until nobody keeps the device suspended."""
        while self.suspensions:
            await self._changed.wait()

    async def fewer_than(self, count: int) -> None:
        """Wait until fewer accesses than that are in flight."""
        while len(self.in_flight) >= count:
            await self._changed.wait()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    async def _rested(self, limit: float) -> bool:
        with trio.move_on_after(limit):
            await self.fewer_than(1)
            while not self.reached:  # noqa: ASYNC110  (a window that closes tells nobody)
                await trio.sleep(_POLL)
        return self.reached
