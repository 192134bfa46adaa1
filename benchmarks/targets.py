"""What is to be reached: ratios within one run, but for a few things that people feel."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from benchmarks import plan
from benchmarks.cases import access, busy, dma, idle, interrupts, panel, scale, scrolling
from benchmarks.figures import Figure, Figures
from benchmarks.servers.devices import DIRECT, ON_PROBATION, TRUSTED

Measure = Callable[[Figure, Figure | None], float | None]
"""Takes a figure, and another that it is told against, if any."""


def _value(figure: Figure, _other: Figure | None) -> float:
    return figure.value


def _p99(figure: Figure, _other: Figure | None) -> float | None:
    return None if figure.p99 is None else figure.p99 / 1000


def _most(figure: Figure, _other: Figure | None) -> float:
    return max(reading.value for reading in figure.readings)


def _ratio(figure: Figure, other: Figure | None) -> float | None:
    return None if other is None else figure.over(other)


@dataclass(frozen=True)
class Target:
    """One thing to be reached, by a subject of a case."""

    text: str
    group: str
    case: str
    subject: str
    measure: Measure
    bound: Literal["at least", "at most"]
    limit: float
    against: str = ""
    """The subject that it is told against."""

    def measured(self, figures: Figures) -> float | None:
        """Return what was measured, None where it was not."""
        figure = figures.get(self.group, self.case, self.subject)
        other = figures.get(self.group, self.case, self.against)
        return None if figure is None else self.measure(figure, other)

    def met(self, measured: float) -> bool:
        """Tell whether that is good enough."""
        return measured >= self.limit if self.bound == "at least" else measured <= self.limit


def _against(text: str, group: str, case: str, subject: str, other: str, least: float) -> Target:
    return Target(text, group, case, subject, _ratio, "at least", least, other)


def _smooth(view: str, move: str) -> tuple[Target, ...]:
    """Return what makes scrolling smooth: 20 frames a second, no stall, 1 MB a second at 60."""

    def target(text: str, name: str, measure: Measure, limit: float) -> Target:
        case = scrolling.case(view, move, name)
        text = scrolling.case(view, move, text)
        return Target(text, plan.SCROLLING, case, scrolling.BROWSER, measure, "at most", limit)

    return (
        target("ms that 99 % of frames take at most", scrolling.LONGEST, _p99, 50),
        target("ms of the longest frame", scrolling.LONGEST, _most, 100),
        target("ms of CPU a frame", scrolling.WORK, _value, 12),
        target("ms until all rows are there", scrolling.SETTLED, _value, 100),
        target("bytes received a frame", scrolling.RECEIVED, _value, 16384),
    )


TARGETS = (
    _against(
        "4-byte read of memory, one CPU: rate over the floor's",
        plan.ONE_CPU,
        access.READ,
        plan.AT_MEMORY,
        plan.AT_FLOOR,
        0.75,
    ),
    _against(
        "4-byte read of a register with a hook, one CPU: over the floor",
        plan.ONE_CPU,
        access.READ,
        plan.AT_HOOK,
        plan.AT_FLOOR,
        0.60,
    ),
    _against(
        "4-byte read of memory, two CPUs: over the floor",
        plan.TWO_CPUS,
        access.READ,
        plan.AT_MEMORY,
        plan.AT_FLOOR,
        2.0,
    ),
    Target(
        "posted writes to a register, a second",
        plan.ONE_CPU,
        access.POSTED,
        plan.AT_REGISTER,
        _value,
        "at least",
        300_000,
    ),
    _against(
        "posted writes to a register: over the minimal trio server",
        plan.ONE_CPU,
        access.POSTED,
        plan.AT_REGISTER,
        plan.AT_MINIMAL,
        0.4,
    ),
    _against(
        "writes to a register with a trusted hook: over a direct call",
        plan.PATCHING,
        access.WRITE,
        TRUSTED,
        DIRECT,
        0.8,
    ),
    _against(
        "the same, hook on probation",
        plan.PATCHING,
        access.WRITE,
        ON_PROBATION,
        DIRECT,
        0.8,
    ),
    _against(
        "reads with the panel open: over those with it closed",
        plan.PANEL,
        access.READ,
        panel.OPEN,
        panel.CLOSED,
        0.8,
    ),
    _against(
        "reads beside a busy cell: over those beside an idle one",
        plan.BUSY,
        access.READ,
        busy.BUSY,
        busy.IDLE,
        0.3,
    ),
    Target(
        "reads beside a busy cell: ms that 99 % take at most",
        plan.BUSY,
        access.READ,
        busy.BUSY,
        _p99,
        "at most",
        3,
    ),
    _against(
        "1 MiB reads: over the floor",
        plan.ONE_CPU,
        "1 MiB read",
        plan.AT_MEMORY,
        plan.AT_FLOOR,
        0.7,
    ),
    Target(
        "interrupt to readable eventfd, one CPU: over a bare eventfd write",
        plan.ONE_CPU,
        interrupts.LATENCY,
        interrupts.FIRE,
        _ratio,
        "at most",
        1.5,
        interrupts.BARE,
    ),
    Target(
        "interrupt to readable eventfd, two CPUs: over a bare eventfd write",
        plan.TWO_CPUS,
        interrupts.LATENCY,
        interrupts.FIRE,
        _ratio,
        "at most",
        1.5,
        interrupts.BARE,
    ),
    _against(
        "DMA read of 1 MiB: over a memoryview copy",
        plan.INSIDE,
        "1 MiB DMA read",
        dma.READ,
        dma.PLAIN,
        0.8,
    ),
    _against(
        "DMA write of 1 MiB: over a memoryview copy",
        plan.INSIDE,
        "1 MiB DMA write",
        dma.WRITE,
        dma.PLAIN,
        0.8,
    ),
    _against(
        "a read of one of 64 devices: over the only one",
        plan.SIZE,
        scale.DEVICES,
        "64 devices",
        "1 devices",
        0.9,
    ),
    _against(
        "a read of one of 100,000 registers: over one of 10",
        plan.SIZE,
        scale.REGISTERS,
        "100,000 registers",
        "10 registers",
        0.9,
    ),
    Target(
        "64 idle devices: thousandths of a CPU",
        plan.IDLE,
        idle.IDLE,
        "64 devices",
        _value,
        "at most",
        1,
    ),
    *(
        target
        for view in scrolling.VIEWS
        for move in scrolling.MOVES
        for target in _smooth(view, move)
    ),
)
"""In the order of being shown."""


@dataclass(frozen=True)
class Verdict:
    """A target and what was measured."""

    target: Target
    measured: float

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.target.met(self.measured)

    @property
    def reached(self) -> float:
        """How far it was reached: 1 is just enough, more is better."""
        limit = self.target.limit
        if self.target.bound == "at least":
            return self.measured / limit
        return limit / self.measured if self.measured else math.inf


def verdicts(figures: Figures) -> Iterator[Verdict]:
    """Yield what became of each target whose case was measured."""
    for target in TARGETS:
        measured = target.measured(figures)
        if measured is not None:
            yield Verdict(target, measured)
