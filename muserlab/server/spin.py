"""Staying awake for a moment, where the next request is likely to come at once.

A thread that sleeps needs some 50 µs to be woken where client and server have a CPU each: several
times what an access costs. So after a reply the socket is tried again and again for a moment, if
lately that would have been worth it. It costs at most a CPU's time while requests come less than
SOON apart, one moment of SPIN after the last of them, and nothing where nobody asks anything.

Where client and server share their only CPU, trying again is no use before the client has run.
There the CPU is handed over where a receive finds nothing (`Calls.share_cpu`). Elsewhere it never
is: a thread that waits for the interpreter's lock, which this one holds, would take it for nothing.
"""

import os
import time

import trio

from muserlab.server.calls import Calls
from muserlab.server.process import ClientProcess

SPIN = 50e-6
"""Seconds of staying awake."""

SOON = 200e-6
"""Seconds of sleep, the time to be woken included, after which staying awake seems worth it."""

_awake: trio.lowlevel.RunVar[set["Spin"]] = trio.lowlevel.RunVar("muserlab_awake")
"""Those that stay awake in this run of trio."""


class Spin:
    """Whether one connection's task stays awake, and for how long."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._client = ClientProcess(calls.socket)
        self._all: set[Spin] = set()
        self._shares_cpu = False

    async def receive(self) -> int:
        """Return how many bytes come while the task stays awake, 0 if none do.

        While several connections stay awake, each lets the others run between two tries.
        """
        calls, awake = self._calls, self._all
        if self._shares_cpu or self not in awake:
            return 0
        end = time.monotonic() + SPIN
        while True:
            if len(awake) > 1:
                await trio.lowlevel.checkpoint()
            count = calls.receive()
            if count or time.monotonic() >= end:
                return count

    def slept(self, seconds: float) -> None:
        """Learn how long the task slept until the next bytes came."""
        if seconds >= SOON:
            self._fall_asleep()
        elif self not in self._all:
            self._wake_up()

    def close(self) -> None:
        """Sleep for good."""
        self._all.discard(self)

    def _fall_asleep(self) -> None:
        if self in self._all:
            self._all.discard(self)
            self._share_cpu(shared=False)

    def _wake_up(self) -> None:
        cpus = os.sched_getaffinity(0) | self._client.cpus
        self._share_cpu(shared=len(cpus) == 1)
        try:
            self._all = _awake.get()
        except LookupError:
            _awake.set(self._all)
        self._all.add(self)

    def _share_cpu(self, *, shared: bool) -> None:
        self._shares_cpu = shared
        self._calls.share_cpu(shared=shared)
