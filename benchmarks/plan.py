"""The whole run: what is measured of which servers, and under which condition."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext

from benchmarks import cpus
from benchmarks.cases import access, busy, dma, idle, interrupts, panel, scale, scrolling, transfers
from benchmarks.contenders import Contender, Served
from benchmarks.figures import Case
from benchmarks.fleet import Fleet, room_at
from benchmarks.rig.chromium import lacking
from benchmarks.rounds import Group
from benchmarks.servers.devices import DIRECT, HOOK, MEMORY, ON_PROBATION, REGISTER, TRUSTED
from benchmarks.traffic import MIB, Place

ONE_CPU = "both on one CPU"
TWO_CPUS = "a CPU for each"
PANEL = "in a notebook"
PATCHING = "cost of being patchable"
BUSY = "beside a busy cell"
INSIDE = "inside the server"
SIZE = "size"
IDLE = "nothing to do"
SCROLLING = "scrolling"

AT_FLOOR = "floor"
AT_MINIMAL = "minimal trio"
AT_MEMORY = "memory"
AT_REGISTER = "register"
AT_HOOK = "hook"
AT_UNTRACED = "hook, no trace"
AT_SOCKET = "server"

DEVICES = (1, 8, 64)
REGISTERS = (10, 1_000, 100_000)


def ours(fleet: Fleet) -> list[Group]:
    """Return what is measured of muserlab; starts every server of the run."""
    eventfd, memory = fleet.eventfd(), fleet.memory(MIB)
    notebook = fleet.notebook()
    patchable = fleet.lab("patchable", 1)
    lab, untraced = fleet.lab("usual", 1, eventfd), fleet.lab("untraced", 1)
    labs = {count: fleet.lab("usual", count) for count in DEVICES}
    wide = {count: fleet.lab("wide", count) for count in REGISTERS}
    floor, minimal = fleet.floor(), fleet.minimal()

    link = fleet.connect(lab, "device0")
    interrupts.listen(link, eventfd)
    heard = interrupts.Heard(lab, eventfd)
    ends: dict[str, Contender] = {AT_FLOOR: floor, AT_MINIMAL: minimal}
    inner = {AT_MEMORY: MEMORY, AT_REGISTER: REGISTER, AT_HOOK: HOOK}
    places = {name: Served(link, place) for name, place in inner.items()}
    silent = Served(fleet.connect(untraced, "device0"), HOOK)
    small = {**ends, **places, AT_UNTRACED: silent}
    large = {**ends, AT_MEMORY: places[AT_MEMORY]}
    hooked = {
        name: Served(fleet.connect(patchable, name), HOOK)
        for name in (DIRECT, TRUSTED, ON_PROBATION)
    }
    shown = Served(fleet.connect(notebook, "engine"), REGISTER)
    clients = {
        count: [fleet.connect(its, name) for name in its.sockets] for count, its in labs.items()
    }
    first = {count: Served(its[0], REGISTER) for count, its in clients.items()}
    last = {
        count: Served(fleet.connect(its, "wide"), Place(offset=4 * count - 4))
        for count, its in wide.items()
    }

    over_the_socket = [
        *access.accesses(small),
        *transfers.transfers(large, MIB),
        transfers.mapping(large, memory),
        interrupts.latency(heard),
    ]
    return [
        *_regimes(fleet, over_the_socket),
        Group(PATCHING, fleet.together, access.accesses(hooked)),
        Group(BUSY, fleet.apart, busy.busy(lab, places[AT_REGISTER], heard)),
        Group(PANEL, nullcontext, panel.panel(notebook, shown)),
        Group(INSIDE, fleet.apart, [interrupts.cost(lab), *dma.copies(lab)]),
        Group(
            SIZE,
            fleet.together,
            [
                scale.devices({f"{count} devices": one for count, one in first.items()}),
                scale.registers({f"{count:,} registers": one for count, one in last.items()}),
                scale.defining(wide),
            ],
        ),
        Group(
            IDLE,
            nullcontext,
            [
                idle.idle({f"{count} devices": one for count, one in labs.items()}),
            ],
        ),
        *in_a_browser(),
    ]


def in_a_browser() -> list[Group]:
    """Return what a browser measures; nothing where there is none."""
    if lacking():
        return []
    views = scrolling.Scrolling()
    return [Group(SCROLLING, views.open, views.cases())]


def theirs(fleet: Fleet, path: str, place: Place) -> list[Group]:
    """Return what is measured of any server that listens at a path: its accesses and mappings."""
    link = fleet.foreign(path)
    contenders: Mapping[str, Contender] = {
        AT_FLOOR: fleet.floor(),
        AT_MINIMAL: fleet.minimal(),
        AT_SOCKET: Served(link, place),
    }
    cases = [
        *access.accesses(contenders),
        *transfers.transfers(contenders, room_at(link, place)),
        transfers.mapping(contenders, fleet.memory(MIB)),
    ]
    return _regimes(fleet, cases)


def _regimes(fleet: Fleet, cases: Iterable[Case]) -> list[Group]:
    """Return the same cases with both sides on one CPU and, if there are two, on one each."""
    cases = list(cases)
    groups = [Group(ONE_CPU, fleet.together, cases)]
    if len(cpus.available()) > 1:
        groups.append(Group(TWO_CPUS, fleet.apart, cases))
    return groups
