"""An owner of hooks with one register, and cells to define functions in."""

import linecache
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pytest

from muserlab.live import (
    Batch,
    Failure,
    History,
    Hook,
    Line,
    Move,
    Origin,
    PatchError,
    Restore,
    restore,
)
from muserlab.trace import Trace

P = ParamSpec("P")
T = TypeVar("T")


class Snapshot:
    """A transaction that remembers every register."""

    def __init__(self, registers: dict[str, int]) -> None:
        self._registers = registers
        self._before = dict(registers)

    def commit(self) -> None:
        pass

    def rollback(self) -> None:
        self._registers.clear()
        self._registers.update(self._before)


class Bench:
    """What hooks belong to in these tests: a device reduced to a dictionary."""

    def __init__(self) -> None:
        self.trace = Trace()
        self.batch: Batch | None = None
        self.registers: dict[str, int] = {}
        self.failures: list[Failure] = []
        self.news: list[str] = []
        self.crossings = 0
        self.gone = False
        self.transactions = 0
        self.trust = 0
        self.probation = 100
        self.access: object = None
        self.client: str | None = None
        self.history = History(self.restore, self.run)
        self.hooks: dict[Any, Hook] = {}

    @property
    def subject(self) -> "Bench":
        return self

    def line(self, key: Any) -> Line | None:
        return self.hooks[key].line if key in self.hooks else None

    def restore(self, what: str, moves: tuple[Move, ...], origin: Origin) -> None:
        restore(Restore(what, moves, self, origin), self)

    def check_patchable(self) -> None:
        if self.gone:
            raise PatchError("the bench is gone")

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.crossings += 1
        return fn(*args, **kwargs)

    def trusted(self) -> None:
        self.trust += 1

    def transaction(self, *, sleeps: bool = False) -> Snapshot:
        self.transactions += 1
        return Snapshot(self.registers)

    def report(self, failure: Failure) -> None:
        self.failures.append(failure)

    def announce(self, text: str) -> None:
        self.news.append(text)

    def hook(
        self, name: str = "CTRL.on_write", base: Hook | None = None, check: Any = None
    ) -> Hook:
        hook = Hook(self, name, ("dev", "new", "old"), base=base, check=check)
        self.hooks[hook.line.key] = hook
        return hook


class Cells:
    """Runs source text as a notebook would: each text under a file name of its own."""

    def __init__(self) -> None:
        self.count = 0

    def run(self, source: str, **names: Any) -> dict[str, Any]:
        """Execute source; return its names."""
        self.count += 1
        filename = f"<ipython-input-{self.count}-0123456789ab>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        exec(compile(source, filename, "exec"), names)
        return names

    def function(self, body: str, **names: Any) -> Any:
        """Define a hook function with that one-line body."""
        return self.run(f"def answer(dev, new, old):\n    {body}\n", **names)["answer"]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def cells() -> Cells:
    return Cells()
