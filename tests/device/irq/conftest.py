"""Interrupts of no device: an owner, gates with switches to turn, and eventfds to count on."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from muserlab.device.hooks import HookOwner
from muserlab.device.host import InlineHost
from muserlab.device.irq import Interrupts
from muserlab.live import Hook
from muserlab.trace import Kind, Trace


@dataclass
class Subject:
    trace: Trace = field(default_factory=Trace)
    host: InlineHost = field(default_factory=InlineHost)
    batch: None = None


class Switches:
    """A gate whose switches a test turns itself."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.on_change: Callable[[range], None] = lambda _vectors: None
        self.on = False
        self.masked: set[int] = set()
        self.shown: set[int] = set()

    def enabled(self, _vector: int) -> bool:
        return self.on

    def blocked(self, vector: int) -> bool:
        return vector in self.masked

    def show(self, vector: int, pending: bool) -> None:
        (self.shown.add if pending else self.shown.discard)(vector)

    def turn(self, *, on: bool | None = None, masked: set[int] | None = None) -> None:
        self.on = self.on if on is None else on
        self.masked = self.masked if masked is None else masked
        self.on_change(range(self.count))


class Bench:
    """All interrupt types, each behind switches, and the client's side of their eventfds."""

    def __init__(self) -> None:
        self.subject = Subject()
        self.pin, self.msi_gate, self.msix_gate = Switches(1), Switches(4), Switches(70)
        self.heard: list[tuple[Any, ...]] = []
        self.kept: dict[int, int] = {}
        self.interrupts = Interrupts(
            HookOwner(self.subject),
            self._emit,
            intx=self.pin,
            msi=self.msi_gate,
            msix=self.msix_gate,
        )

    def _emit(self, hook: Hook, *args: object) -> None:
        self.heard.append((hook.name, *args))

    def eventfd(self, value: int = 0) -> int:
        """Return an eventfd to give away; `count` tells later what was signalled on it."""
        fd = os.eventfd(value, os.EFD_NONBLOCK)
        if fd in self.kept:
            os.close(self.kept[fd])
        self.kept[fd] = os.dup(fd)
        return fd

    def count(self, fd: int) -> int:
        """Return and clear what a given eventfd has counted."""
        try:
            return os.eventfd_read(self.kept[fd])
        except BlockingIOError:
            return 0

    def give(
        self, index: int, start: int = 0, count: int = 1, action: Any = "trigger"
    ) -> list[int]:
        fds = [self.eventfd() for _ in range(count)]
        self.interrupts.set(index, action, start, count, fds)
        return fds

    def notes(self) -> list[tuple[str, str]]:
        return [(e.where, e.note) for e in self.subject.trace if e.kind is Kind.IRQ]

    def close(self) -> None:
        self.interrupts.release()
        for fd in self.kept.values():
            os.close(fd)
        self.kept.clear()


def open_fds() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def bench() -> Iterator[Bench]:
    before = open_fds()
    bench = Bench()
    yield bench
    bench.close()
    assert open_fds() == before


@pytest.fixture
def new_bench() -> Callable[[], Bench]:
    return Bench
