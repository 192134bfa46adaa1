"""How long after a device's interrupt its client hears of it, and what firing costs the device."""

import os
import select
from statistics import median
from time import perf_counter_ns as clock

from benchmarks.client import PATIENCE, Link, Reading, ServerSilent, percentile
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess
from muserlab.proto import IrqSetFlags, SetIrqs

LATENCY = "interrupt to readable eventfd"
COST = "firing an interrupt"
BARE = "bare eventfd write"
FIRE = "fire()"

_PAUSE = 0.0005
_MSI = 1
_FEWEST = 10


def new_eventfd() -> int:
    """Return an eventfd that counts one read for each write."""
    return os.eventfd(0, os.EFD_SEMAPHORE | os.EFD_NONBLOCK | os.EFD_CLOEXEC)


def listen(link: Link, eventfd: int) -> None:
    """Have a device's first MSI signal an eventfd, from the next connection on."""
    flags = IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER
    request = SetIrqs(flags, _MSI, 0, 1)

    def set_up(link: Link) -> None:
        link.ask(request, (eventfd,))

    link.greetings.append(set_up)


def latency(heard: "Heard") -> Case:
    """Return the case of an interrupt as its client sees it, in microseconds."""
    return Case(LATENCY, "µs", {BARE: heard.of("bare"), FIRE: heard.of("fire")})


def cost(server: ServerProcess) -> Case:
    """Return the case of firing as the device's code sees it, in microseconds."""

    def of(way: str) -> Subject:
        return lambda seconds: Reading(server.ask("cost", way=way, seconds=seconds))

    return Case(COST, "µs", {BARE: of("bare"), FIRE: of("fire")})


class Heard:
    """The client's side: waits for the eventfd again and again."""

    def __init__(self, server: ServerProcess, eventfd: int) -> None:
        self._server = server
        self._eventfd = eventfd
        self._poll = select.poll()
        self._poll.register(eventfd, select.POLLIN)

    def of(self, way: str, *, busy: bool = False) -> Subject:
        """Return what times interrupts of one way, beside a busy main thread if told so."""
        return lambda seconds: self._round(way, seconds, busy=busy)

    def _round(self, way: str, seconds: float, *, busy: bool) -> Reading:
        count = max(_FEWEST, int(seconds / _PAUSE))
        if self._poll.poll(0):  # of a round that only fired
            os.eventfd_read(self._eventfd)
        self._server.tell("fire", way=way, count=count, pause=_PAUSE, busy=busy)
        heard: list[int] = []
        while len(heard) < count:
            if not self._poll.poll(PATIENCE * 1000):
                raise ServerSilent("an interrupt did not arrive")
            now = clock()
            heard += [now] * os.eventfd_read(self._eventfd)
        begun = self._server.heard()
        times = [(end - start) / 1000 for start, end in zip(begun, heard, strict=True)]
        return Reading(median(times), median(times), percentile(times, 99))
