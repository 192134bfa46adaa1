"""Keeping accesses of one device waiting, for as long as its client bears it."""

from collections.abc import Callable

import trio

from muserlab.device import Pending, Verdict
from muserlab.lab.paused import PausedAccess
from muserlab.lab.portal import Portal
from muserlab.server import Server

WARN_AT, END_AT = 0.5, 0.9
"""Parts of the client's patience after which people are warned, and after which the access goes on
by itself: a client that gives up loses the device for good."""


class Holds:
    """The accesses of a device that wait for a person.

    `server` gives the device's; that keeps later requests of the client waiting too. `patience`
    tells how many seconds the client waits for an answer, None where for ever. `say` takes a line
    for people.
    """

    def __init__(
        self,
        device: str,
        portal: Portal,
        *,
        server: Callable[[], Server],
        patience: Callable[[], float | None],
        say: Callable[[str], None],
    ) -> None:
        self._device = device
        self._portal = portal
        self._server = server
        self._patience = patience
        self._say = say
        self._paused: list[PausedAccess] = []

    @property
    def paused(self) -> tuple[PausedAccess, ...]:
        """What waits, the one that has waited longest first."""
        return tuple(self._paused)

    async def hold(self, pending: Pending) -> Verdict:
        """Keep an access waiting until a person decides, or its client is about to give up."""
        patience = self._patience()
        limit = None if patience is None else patience * END_AT
        server = self._server()
        paused = PausedAccess(self._portal, self._device, server.client, pending, limit)
        self._paused.append(paused)
        self._say(f"paused: {paused.access} ({paused.reason}); see lab.paused")
        try:
            with server.holding():
                async with trio.open_nursery() as nursery:
                    if patience is not None:
                        nursery.start_soon(self._watch, paused, patience)
                    verdict = await paused.wait()
                    nursery.cancel_scope.cancel()
                return verdict
        finally:
            self._paused.remove(paused)

    async def _watch(self, paused: PausedAccess, patience: float) -> None:
        """Warn people before the client gives up, and then let the access go on."""
        begin = trio.current_time()
        await trio.sleep_until(begin + patience * WARN_AT)
        left = patience * (END_AT - WARN_AT)
        self._say(
            f"{paused.access} is paused, and {paused.client} gives up after {patience:g} s without"
            f" an answer: decide within {left:.1f} s (lab.paused), or it goes on by itself"
        )
        await trio.sleep_until(begin + patience * END_AT)
        if not paused.over:
            failed = paused.failure is not None
            paused.decide(Verdict("fail", reason="nobody decided in time") if failed else Verdict())
            self._say(f"{paused.access} was {paused.over}, as nobody had decided in time")
