"""Accesses of four bytes: one at a time, posted, and several in flight."""

from collections.abc import Mapping

from benchmarks.contenders import Contender
from benchmarks.figures import Case
from benchmarks.traffic import Builder

READ = "4-byte read"
WRITE = "4-byte write"
POSTED = "posted 4-byte write"
IN_FLIGHT = "16 reads in flight"

_BUILDS = {
    READ: Builder.read,
    WRITE: Builder.write,
    POSTED: Builder.posted_writes,
    IN_FLIGHT: Builder.reads_in_flight,
}


def accesses(contenders: Mapping[str, Contender]) -> list[Case]:
    """Return the cases; their values are accesses a second."""
    return [
        Case(name, "/s", {who: one.doing(build) for who, one in contenders.items()})
        for name, build in _BUILDS.items()
    ]
