"""Putting functions at a hook, looking at them, and undoing."""

import functools
from typing import Any

import pytest

from muserlab.live import Hook, HookUndefined, PatchError
from muserlab.trace import Kind


def test_a_hook_without_a_version_is_false_and_cannot_be_called(bench: Any) -> None:
    hook = bench.hook()
    assert not hook
    with pytest.raises(HookUndefined, match=r"CTRL\.on_write has no version"):
        hook.call(1, 0)


def test_defining_returns_the_function_and_the_call_passes_the_subject_first(bench: Any) -> None:
    hook: Hook = bench.hook()

    @hook
    def answer(dev: Any, new: int, old: int) -> tuple[Any, int, int]:
        return dev, new, old

    assert answer("d", 2, 3) == ("d", 2, 3)
    assert hook
    assert hook.call(1, 0) == (bench, 1, 0)


def test_redefining_replaces_and_keeps_the_former_version_listed(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    first, second = cells.function("return 1"), cells.function("return 2")
    hook(first)
    hook(second)
    assert hook.call(0, 0) == 2
    assert [v.function for v in hook.versions] == [first, second]
    assert [v.number for v in hook.versions] == [1, 2]
    assert hook.current is hook.versions[1]
    assert hook.current.former is hook.versions[0]


def test_the_news_of_a_patch_names_version_and_access(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    for _ in range(412):
        bench.trace.record(Kind.READ, "bar0.A")
    hook(cells.function("return 2"))
    assert bench.news == [
        "CTRL.on_write v1, from access 1",
        "CTRL.on_write v2, from access 413",
    ]
    assert hook.current.seq == 413


def test_a_patch_crosses_to_the_owners_thread_once_and_is_recorded(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    assert bench.crossings == 1
    (event,) = bench.trace.select(kind=Kind.PATCH)
    assert (event.where, event.note) == ("CTRL.on_write", "v1, from access 1")


def test_the_same_source_again_is_no_new_version_but_its_function_is_taken(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    hook(cells.function("return n", n=1))
    hook(cells.function("return n", n=2))
    assert bench.news[-1] == "CTRL.on_write v1, unchanged"
    assert [v.number for v in hook.versions] == [1]
    assert hook.call(0, 0) == 2
    assert hook.current is hook.versions[0]


def test_functions_whose_source_is_unknown_are_never_taken_for_the_same(bench: Any) -> None:
    hook = bench.hook()
    hook(functools.partial(max, 1))
    hook(functools.partial(max, 1))
    assert len(hook.versions) == 2


def test_undo_returns_to_the_version_before_and_then_to_none(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    hook(cells.function("return 2"))
    hook.undo()
    assert hook.call(0, 0) == 1
    hook.undo()
    assert not hook
    assert bench.news[2:] == [
        "CTRL.on_write v1 again, from access 1",
        "CTRL.on_write not defined, from access 1",
    ]
    with pytest.raises(PatchError, match="nothing to undo"):
        hook.undo()


def test_a_definition_after_undo_goes_on_counting_and_undoes_to_what_it_replaced(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    for value in (1, 2):
        hook(cells.function(f"return {value}"))
    hook.undo()
    hook(cells.function("return 3"))
    assert hook.current.number == 3
    hook.undo()
    assert hook.call(0, 0) == 1


def test_clear_leaves_no_version_current_and_keeps_them_listed(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    hook.clear()
    assert not hook
    assert len(hook.versions) == 1


def test_diff_shows_what_the_current_version_changed(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1"))
    hook(cells.function("return 2"))
    assert repr(hook.diff()).splitlines() == [
        "--- CTRL.on_write v1 (cell In[1])",
        "+++ CTRL.on_write v2 (cell In[2])",
        "@@ -1,2 +1,2 @@",
        " def answer(dev, new, old):",
        "-    return 1",
        "+    return 2",
    ]


def test_diff_compares_any_two_versions_and_refuses_unknown_ones(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    for value in (1, 2, 3):
        hook(cells.function(f"return {value}"))
    assert "-    return 1\n+    return 3\n" in hook.diff(1, 3)
    with pytest.raises(PatchError, match="has no v4; it has 3 versions"):
        hook.diff(1, 4)
    hook.clear()
    with pytest.raises(PatchError, match="has no current version"):
        hook.diff()


def test_the_repr_tells_the_current_version_or_what_a_function_takes(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    assert repr(hook) == "<CTRL.on_write: not defined; takes a function of (dev, new, old)>"
    hook(cells.function("return 1"))
    assert repr(hook) == "<CTRL.on_write v1, cell In[1], from access 1>"


def test_the_base_answers_where_there_is_no_version_of_ones_own(bench: Any, cells: Any) -> None:
    base = bench.hook("class CTRL.on_write")
    hook = bench.hook(base=base)
    assert not hook
    base(cells.function("return 'base'"))
    assert hook
    assert hook.call(0, 0) == "base"
    hook(cells.function("return 'own'"))
    assert hook.call(0, 0) == "own"
    hook.undo()
    assert hook.call(0, 0) == "base"


def test_a_hook_that_succeeds_another_carries_its_versions_on(bench: Any, cells: Any) -> None:
    former, hook = bench.hook(), bench.hook()
    former(cells.function("return 1"))
    hook(cells.function("return 2"))
    hook.succeed(former)
    assert hook.call(0, 0) == 2
    assert [v.number for v in hook.versions] == [1, 2]
    hook.undo()
    assert hook.call(0, 0) == 1


def test_a_hook_without_a_definition_succeeds_to_the_formers_current_one(
    bench: Any, cells: Any
) -> None:
    former, hook = bench.hook(), bench.hook()
    former(cells.function("return 1"))
    hook.succeed(former)
    assert hook.call(0, 0) == 1


def test_an_owner_that_is_used_no_more_is_patched_no_more(bench: Any) -> None:
    hook = bench.hook()
    bench.gone = True
    with pytest.raises(PatchError, match="the bench is gone"):
        hook(lambda dev, new, old: None)
    assert hook.versions == ()
    assert not bench.trace
