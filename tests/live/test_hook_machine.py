"""Defining, undoing, failing, falling back and going back, in any order, against a simple model."""

import functools
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from muserlab.live import HookFailed, HookUndefined, PatchError

PROBATION = 3
Step = tuple[int | None, int | None]


class HookMachine(RuleBasedStateMachine):
    """Versions are numbers; the model is who stands before whom, and two stacks of steps."""

    bench_class: Any  # of the fixture; set by the test

    def __init__(self) -> None:
        super().__init__()
        self.bench = self.bench_class()
        self.bench.probation = PROBATION
        self.hook = self.bench.hook()
        self.broken: set[int] = set()
        self.current: int | None = None
        self.former: dict[int, int | None] = {}
        self.left: dict[int, int] = {}
        self.failed: set[int] = set()
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self.log: list[int | None] = [None]  # what was current after each entry of the history

    def answer(self, number: int, dev: Any, new: int, old: int) -> int:
        """Stand for the version with that number."""
        dev.registers["last"] = number
        if number in self.broken:
            raise KeyError(number)
        return number

    def move(self, number: int | None) -> None:
        self.current = number
        self.log.append(number)

    def take_up(self, number: int | None) -> None:
        self.move(number)
        if number is not None and (self.left[number] or number in self.failed):
            self.left[number] = PROBATION

    # -- what people do --------------------------------------------------------------------------

    @rule()
    def define(self) -> None:
        number = len(self.former) + 1
        self.hook(functools.partial(self.answer, number))
        self.former[number], self.left[number] = self.current, PROBATION
        self.done.append((self.current, number))
        self.undone.clear()
        self.move(number)

    @rule()
    def clear(self) -> None:
        self.hook.clear()
        self.done.append((self.current, None))
        self.undone.clear()
        self.move(None)

    @rule()
    def undo(self) -> None:
        if not self.done:
            with pytest.raises(PatchError, match="nothing to undo"):
                self.hook.undo()
            return
        self.hook.undo()
        self.undone.append(self.done.pop())
        self.take_up(self.undone[-1][0])

    @rule()
    def redo(self) -> None:
        if not self.undone:
            with pytest.raises(PatchError, match="nothing to redo"):
                self.hook.redo()
            return
        self.hook.redo()
        self.done.append(self.undone.pop())
        self.take_up(self.done[-1][1])

    @rule(data=st.data())
    def go_back(self, data: Any) -> None:
        point = data.draw(st.integers(0, len(self.log) - 1))
        if self.log[point] == self.current:
            with pytest.raises(PatchError, match="already"):
                self.bench.history.back_to(point)
            return
        self.bench.history.back_to(point)
        self.done.append((self.current, self.log[point]))
        self.undone.clear()
        self.take_up(self.log[point])

    # -- what guests do --------------------------------------------------------------------------

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
        tried: list[int] = []
        version: int | None = self.current
        while version in self.broken:
            tried.append(version)
            version = self.former[version] if self.left[version] else None
        self.failed.update(tried)
        if version is None:
            with pytest.raises(HookFailed) as caught:
                self.hook.call(0, 0)
            assert [f.version.number for f in caught.value.failures] == tried
            kept = {} if self.left[tried[-1]] else {"last": tried[-1]}
            assert self.bench.registers == {**before, **kept}
            return
        assert self.hook.call(0, 0) == version
        assert self.bench.registers == {**before, "last": version}
        self.left[version] = max(0, self.left[version] - 1)
        if tried:
            self.put_back(version)

    def put_back(self, answered: int) -> None:
        step = next((s for s in reversed(self.done) if s[1] == self.current), None)
        if step is not None:
            at = len(self.done) - 1 - self.done[::-1].index(step)
            self.undone.append(self.done.pop(at))
        self.move(answered)

    # -- what holds ------------------------------------------------------------------------------

    @invariant()
    def the_current_version_is_the_models(self) -> None:
        current = self.hook.current
        assert (current and current.number) == self.current
        assert len(self.hook.versions) == len(self.former)

    @invariant()
    def the_trials_are_the_models(self) -> None:
        assert {v.number: v.trial.left for v in self.hook.versions} == self.left

    @invariant()
    def the_history_says_what_happened(self) -> None:
        after = [entry.version and entry.version.number for entry in self.bench.history]
        assert [None, *after] == self.log
        assert len(self.hook.history) == len(after)

    @invariant()
    def every_failure_was_reported_once(self) -> None:
        reported = [failure.version.number for failure in self.bench.failures]
        assert len(reported) == len(set(reported))
        assert set(reported) == {v.number for v in self.hook.versions if v.failures} == self.failed


def test_a_hook_behaves_as_the_model(bench: Any) -> None:
    HookMachine.bench_class = type(bench)
    run_state_machine_as_test(HookMachine)
