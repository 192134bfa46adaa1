"""Accesses and interrupts while the main thread computes, as it does while a cell runs."""

from benchmarks.cases.access import READ
from benchmarks.cases.interrupts import LATENCY, Heard
from benchmarks.client import Reading
from benchmarks.contenders import Served
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess
from benchmarks.traffic import Builder

IDLE = "main thread idle"
BUSY = "main thread in a loop"


def busy(server: ServerProcess, served: Served, heard: Heard) -> list[Case]:
    """Return the cases; accesses a second, those that had to wait included, and microseconds."""
    reads = served.doing_in_all(Builder.read)
    return [
        Case(READ, "/s", {IDLE: reads, BUSY: _beside_a_loop(server, reads)}),
        Case(LATENCY, "µs", {IDLE: heard.of("fire"), BUSY: heard.of("fire", busy=True)}),
    ]


def _beside_a_loop(server: ServerProcess, subject: Subject) -> Subject:
    """Return a subject during which the server's main thread computes, for longer than it takes."""

    def measured(seconds: float) -> Reading:
        server.tell("compute", seconds=2 * seconds)
        try:
            return subject(seconds)
        finally:
            server.heard()

    return measured
