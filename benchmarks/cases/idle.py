"""What devices cost that nobody uses: CPU time of a lab's process while nothing happens."""

import time
from collections.abc import Mapping

from benchmarks.client import Reading
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess

IDLE = "CPU time of idle devices"
_SCHEDULED = 2
"""What is counted by a process's clock: time that the scheduler gave it (CPUCLOCK_SCHED)."""

_TIMES_LONGER = 20
"""Idleness is watched for longer than speed: all that happens in it is one look a second."""


def idle(labs: Mapping[str, ServerProcess]) -> Case:
    """Return the case; its values are thousandths of one CPU."""

    def used(server: ServerProcess) -> Subject:
        return lambda seconds: Reading(1000 * _used(server.pid, seconds * _TIMES_LONGER))

    return Case(IDLE, "‰ of a CPU", {name: used(server) for name, server in labs.items()})


def _used(pid: int, seconds: float) -> float:
    """Return the part of a CPU that a process uses in that time."""
    before = _cpu_seconds(pid)
    time.sleep(seconds)
    return (_cpu_seconds(pid) - before) / seconds


def _cpu_seconds(pid: int) -> float:
    """Return the time that all threads of a process have run.

    The number of its clock is what clock_getcpuclockid(3) would return: Python has no name for it.
    """
    return time.clock_gettime(~pid << 3 | _SCHEDULED)
