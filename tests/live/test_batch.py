"""Several patches at once."""

from typing import Any

import pytest

from muserlab.live import Batch, PatchError
from muserlab.trace import Kind


class Refusing:
    """A step that cannot be made."""

    def apply(self) -> None:
        raise RuntimeError("refused")

    def revert(self) -> None:
        raise AssertionError("was never made")

    def announce(self) -> None:
        raise AssertionError("was never made")


def test_nothing_changes_before_the_batch_is_applied(bench: Any, cells: Any) -> None:
    one, two = bench.hook("one"), bench.hook("two")
    bench.batch = batch = Batch()
    one(cells.function("return 1"))
    two(cells.function("return 2"))
    assert (bool(one), bool(two), len(batch), bench.news) == (False, False, 2, [])
    batch.apply()
    assert bench.news == []
    batch.announce()
    assert bench.news == ["one v1, from access 1", "two v1, from access 1"]
    assert (one.call(0, 0), two.call(0, 0)) == (1, 2)


def test_a_step_that_fails_takes_the_ones_before_it_back(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    bench.batch = batch = Batch()
    hook(cells.function("return 2"))
    hook(cells.function("return 3"))
    batch.add(Refusing())
    with pytest.raises(RuntimeError, match="refused"):
        batch.apply()
    assert hook.call(0, 0) == 1
    assert [v.number for v in hook.versions] == [1]
    assert [event.note for event in bench.trace.select(kind=Kind.PATCH)][-2:] == ["taken back"] * 2


def test_a_definition_that_does_not_fit_is_refused_when_it_is_collected(bench: Any) -> None:
    hook = bench.hook()
    bench.batch = batch = Batch()
    with pytest.raises(PatchError):
        hook(lambda: None)
    assert len(batch) == 0


def test_the_past_is_not_to_be_had_while_a_batch_is_collected(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    bench.batch = Batch()
    for back in (hook.undo, bench.history.undo, lambda: bench.history.back_to(0)):
        with pytest.raises(PatchError, match="outside of its block"):
            back()
    assert len(bench.batch) == 0
    bench.batch = None
    hook.undo()
    with pytest.raises(PatchError, match="nothing to undo at this hook"):
        hook.undo()
    hook.redo()
    assert hook.current.number == 1
