"""Defining, undoing, failing and falling back, in any order, against a simple model."""

import functools
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from muserlab.live import HookFailed, HookUndefined


@dataclass
class Model:
    """One version as the model knows it: what stood before it, and whether it ever failed."""

    number: int
    former: "Model | None"
    failed: bool = False


class HookMachine(RuleBasedStateMachine):
    bench_class: Any  # of the fixture; set by the test

    def __init__(self) -> None:
        super().__init__()
        self.bench = self.bench_class()
        self.hook = self.bench.hook()
        self.broken: set[int] = set()
        self.defined = 0
        self.current: Model | None = None

    def answer(self, number: int, dev: Any, new: int, old: int) -> int:
        """Stand for the version with that number."""
        dev.registers["last"] = number
        if number in self.broken:
            raise KeyError(number)
        return number

    @rule()
    def define(self) -> None:
        self.defined += 1
        self.hook(functools.partial(self.answer, self.defined))
        self.current = Model(self.defined, self.current)

    @rule()
    def undo(self) -> None:
        if self.current is not None:
            self.hook.undo()
            self.current = self.current.former

    @rule()
    def clear(self) -> None:
        self.hook.clear()
        self.current = None

    @rule(number=st.integers(1, 6))
    def toggle(self, number: int) -> None:
        self.broken ^= {number}

    @rule()
    def call(self) -> None:
        before = dict(self.bench.registers)
        if self.current is None:
            with pytest.raises(HookUndefined):
                self.hook.call(0, 0)
            return
        tried: list[Model] = []
        version: Model | None = self.current
        while version is not None and version.number in self.broken:
            version.failed = True
            tried.append(version)
            version = None if version.former is None or version.former.failed else version.former
        if version is None:
            with pytest.raises(HookFailed) as caught:
                self.hook.call(0, 0)
            assert [f.version.number for f in caught.value.failures] == [v.number for v in tried]
            # Only the one that had nobody behind it keeps its pokes.
            assert self.bench.registers == {**before, "last": tried[-1].number}
        else:
            assert self.hook.call(0, 0) == version.number
            assert self.bench.registers == {**before, "last": version.number}
            self.current = version

    @invariant()
    def the_current_version_is_the_models(self) -> None:
        current = self.hook.current
        assert (current and current.number) == (self.current and self.current.number)
        assert len(self.hook.versions) == self.defined

    @invariant()
    def every_failure_was_reported_once(self) -> None:
        reported = [failure.version.number for failure in self.bench.failures]
        assert len(reported) == len(set(reported))
        assert set(reported) == {v.number for v in self.hook.versions if v.failures}


def test_a_hook_behaves_as_the_model(bench: Any) -> None:
    HookMachine.bench_class = type(bench)
    run_state_machine_as_test(HookMachine)
