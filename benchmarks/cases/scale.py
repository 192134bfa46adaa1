"""Whether an access costs more where there is more: devices in the lab, registers in a BAR."""

from collections.abc import Mapping

from benchmarks.client import Reading
from benchmarks.contenders import Contender
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess
from benchmarks.traffic import Builder

DEVICES = "4-byte read, one of many devices"
REGISTERS = "4-byte read, one of many registers"
DEFINING = "defining a register"


def devices(labs: Mapping[str, Contender]) -> Case:
    """Return the case of one device that is used among others that are not."""
    return Case(DEVICES, "/s", {name: one.doing(Builder.read) for name, one in labs.items()})


def registers(labs: Mapping[str, Contender]) -> Case:
    """Return the case of the last register of a BAR."""
    return Case(REGISTERS, "/s", {name: one.doing(Builder.read) for name, one in labs.items()})


def defining(labs: Mapping[int, ServerProcess]) -> Case:
    """Return the case of the time that one register adds to defining its BAR, in microseconds."""
    seconds: dict[int, float] = {number: server.ask("defined") for number, server in labs.items()}
    return Case(
        DEFINING,
        "µs",
        {f"one of {number:,}": _known(its * 1e6 / number) for number, its in seconds.items()},
    )


def _known(value: float) -> Subject:
    """Return a subject that was measured once for all."""
    return lambda _: Reading(value)
