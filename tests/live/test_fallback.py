"""What happens when a version raises."""

import traceback
from typing import Any

import pytest

from muserlab.live import Blameless, Hook, HookFailed, WrongAnswer
from muserlab.trace import Kind


def test_the_version_before_answers_the_same_access_and_is_current_again(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    hook(cells.function("return new + 1"))
    hook(cells.function("return 1 // 0"))
    assert hook.call(41, 0) == 42
    assert hook.current.number == 1
    (failure,) = bench.failures
    assert failure.version.number == 2
    assert failure.restored is hook.current
    assert isinstance(failure.exception, ZeroDivisionError)
    assert hook.versions[1].failures == 1


def test_the_pokes_of_a_version_that_raises_are_undone_first(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("dev.registers['A'] = dev.registers.get('A', 0) + 1"))
    hook(cells.function("dev.registers['A'] = 100; raise KeyError('A')"))
    hook.call(0, 0)
    assert bench.registers == {"A": 1}


def test_the_pokes_of_a_version_that_returns_are_kept(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("pass"))
    hook(cells.function("dev.registers['A'] = 7"))
    hook.call(0, 0)
    assert bench.registers == {"A": 7}


def test_a_version_needs_a_transaction_until_it_is_trusted(bench: Any, cells: Any) -> None:
    bench.probation = 2
    hook = bench.hook()
    hook(cells.function("return 1"))
    for _ in range(3):
        hook.call(0, 0)
    assert (bench.transactions, bench.trust) == (2, 1)
    assert hook.current.state == "trusted"


def test_a_trusted_version_that_raises_does_not_make_way(bench: Any, cells: Any) -> None:
    bench.probation = 1
    hook = bench.hook()
    hook(cells.function("return 'one'"))
    hook(cells.function("dev.registers['A'] = new; return 2 // new"))
    assert hook.call(1, 0) == 2
    with pytest.raises(HookFailed):
        hook.call(0, 0)
    assert hook.current.number == 2
    assert bench.registers == {"A": 0}


def test_where_every_call_may_be_made_again_a_trusted_version_is_undone_too(
    bench: Any, cells: Any
) -> None:
    class Careful:
        careful = True

    bench.probation = 0
    hook = Hook(bench, "CTRL.on_write", ("dev", "new", "old"), care=Careful())
    hook(cells.function("dev.registers['A'] = new; return 2 // new"))
    with pytest.raises(HookFailed):
        hook.call(0, 0)
    assert bench.registers == {}


def test_a_first_version_that_raises_has_nobody_to_answer_for_it(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // 0"))
    with pytest.raises(HookFailed, match="no version answered") as caught:
        hook.call(0, 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert hook.current.number == 1
    assert caught.value.failures == tuple(bench.failures)


def test_a_version_that_has_failed_before_may_still_answer_for_another(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // new"))
    with pytest.raises(HookFailed):
        hook.call(0, 0)
    hook(cells.function("raise KeyError(new)"))
    assert hook.call(1, 0) == 1
    assert hook.current.number == 1


def test_nobody_older_than_the_first_trusted_version_is_asked(bench: Any, cells: Any) -> None:
    bench.probation = 0
    hook = bench.hook()
    hook(cells.function("return 'oldest'"))
    hook(cells.function("raise KeyError('trusted')"))
    bench.probation = 9
    hook(cells.function("raise KeyError('new')"))
    with pytest.raises(HookFailed) as caught:
        hook.call(0, 0)
    assert [failure.version.number for failure in caught.value.failures] == [3, 2]


def test_a_version_that_was_put_back_can_be_taken_up_again_on_probation(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    hook(cells.function("return 'one'"))
    hook(cells.function("return 2 // new"))
    assert [hook.call(1, 0), hook.call(0, 0)] == [2, "one"]
    assert [(entry.what, entry.hook, entry.outcome) for entry in hook.history] == [
        ("define", "CTRL.on_write", "on probation, 1 of 100 answered"),
        ("define", "CTRL.on_write", "failed once"),
        ("put back", "CTRL.on_write", "on probation, 1 of 100 answered"),
    ]
    hook.redo()
    assert hook.call(1, 0) == 2
    assert hook.current.trial.answered == 1
    hook.undo()
    assert hook.call(0, 0) == "one"


def test_the_calls_that_failed_are_kept_to_be_made_again(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // new"))
    bench.access, bench.client = "write of 0x00000000 to bar0.CTRL", "pid 7"
    for old in range(20):
        with pytest.raises(HookFailed):
            hook.call(0, old)
    assert [given.args for given in hook.inputs] == [(0, old) for old in range(4, 20)]
    assert str(hook.inputs[0]) == (
        "write of 0x00000000 to bar0.CTRL: new=0, old=4, from pid 7, access 0"
    )


def test_where_every_version_raises_the_newest_stays_current(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // new"))
    hook(cells.function("return 2 // new"))
    with pytest.raises(HookFailed) as caught:
        hook.call(0, 0)
    assert [failure.version.number for failure in caught.value.failures] == [2, 1]
    assert hook.current.number == 2


def test_fallback_goes_on_to_the_first_version_that_answers(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 'one'"))
    hook(cells.function("raise KeyError(2)"))
    hook(cells.function("raise KeyError(3)"))
    assert hook.call(0, 0) == "one"
    assert hook.current.number == 1
    assert [failure.version.number for failure in bench.failures] == [3, 2]


def test_the_same_failure_is_reported_once_and_counted(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // new if new < 9 else {}[new]"))
    for new in (0, 0, 0, 9):
        with pytest.raises(HookFailed):
            hook.call(new, 0)
    assert [(type(f.exception), f.count) for f in bench.failures] == [
        (ZeroDivisionError, 3),
        (KeyError, 1),
    ]
    assert hook.current.failures == 4
    assert hook.current.failed_with == tuple(bench.failures)
    assert str(bench.failures[0]) == (
        "CTRL.on_write v1 (cell In[1]) raised ZeroDivisionError: "
        "integer division or modulo by zero (3 times)"
    )


def test_the_traceback_begins_in_the_cell(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // 0"))
    with pytest.raises(HookFailed):
        hook.call(0, 0)
    (frame,) = traceback.extract_tb(bench.failures[0].exception.__traceback__)
    assert (frame.lineno, frame.line) == (2, "return 1 // 0")


def test_failures_and_what_was_put_back_are_in_the_trace(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("pass"))
    hook(cells.function("raise KeyError('x')"))
    hook.call(0, 0)
    assert [(event.kind, event.note) for event in bench.trace][2:] == [
        (Kind.FAULT, "v2 KeyError: 'x'"),
        (Kind.PATCH, "v1 put back"),
    ]


def test_exit_in_a_hook_is_a_failure_like_any_other(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("raise SystemExit"))
    with pytest.raises(HookFailed):
        hook.call(0, 0)


def test_an_interrupt_passes_and_is_no_failure(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("pass"))
    hook(cells.function("raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        hook.call(0, 0)
    assert hook.current.failures == 0


def test_taking_the_same_source_again_clears_its_failures(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 1 // n", n=0))
    with pytest.raises(HookFailed):
        hook.call(0, 0)
    hook(cells.function("return 1 // n", n=1))
    assert hook.current.failures == 0
    assert hook.call(0, 0) == 1


def test_a_patch_made_while_the_broken_version_ran_is_not_put_back(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    newest = cells.function("return 'newest'")
    hook(cells.function("return 'oldest'"))
    hook(cells.function("hook(newest); raise KeyError", hook=hook, newest=newest))
    assert hook.call(0, 0) == "oldest"
    assert hook.call(0, 0) == "newest"
    assert bench.failures[0].restored is None


def test_the_base_answers_for_a_version_of_ones_own(bench: Any, cells: Any) -> None:
    base = bench.hook("class CTRL.on_write")
    hook = bench.hook(base=base)
    base(cells.function("return 'base'"))
    hook(cells.function("raise KeyError"))
    assert hook.call(0, 0) == "base"
    assert hook.current is base.current


def test_a_broken_version_of_the_base_is_put_back_for_everybody(bench: Any, cells: Any) -> None:
    base = bench.hook("class CTRL.on_write")
    one, other = bench.hook(base=base), bench.hook(base=base)
    base(cells.function("return 'whole'"))
    base(cells.function("raise KeyError"))
    assert one.call(0, 0) == "whole"
    assert other.current is base.versions[0]


def doubled(answer: Any, new: int, old: int) -> int:
    """What a hook's answer means in these tests."""
    if not isinstance(answer, int):
        raise WrongAnswer(f"returned {answer!r} to {new} after {old}; want an int")
    return 2 * answer


def test_an_answer_means_what_the_check_says(bench: Any, cells: Any) -> None:
    hook = bench.hook(check=doubled)
    hook(cells.function("return new"))
    assert hook.call(4, 0) == 8
    hook(cells.function("return new + 1"))
    assert hook.call(4, 0) == 10


def test_a_version_whose_answer_is_wrong_makes_way_like_one_that_raises(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook(check=doubled)
    hook(cells.function("return new"))
    hook(cells.function("dev.registers['A'] = 1; return 'four'"))
    assert hook.call(4, 3) == 8
    assert bench.registers == {}
    assert hook.current.number == 1
    (failure,) = bench.failures
    assert "returned 'four' to 4 after 3; want an int; v1 answered" in str(failure)
    assert failure.exception.__traceback__ is None


def test_a_lone_version_whose_answer_is_wrong_fails(bench: Any, cells: Any) -> None:
    hook = bench.hook(check=doubled)
    hook(cells.function("return 'four'"))
    for _ in range(2):
        with pytest.raises(HookFailed, match="WrongAnswer"):
            hook.call(4, 0)
    assert [failure.count for failure in bench.failures] == [2]


def test_a_version_that_is_not_to_blame_stays_and_keeps_its_pokes(bench: Any) -> None:
    class ClientsDoing(Blameless): ...

    def good(dev: Any, new: int, old: int) -> int:
        return 1

    def unlucky(dev: Any, new: int, old: int) -> None:
        dev.registers["A"] = 7
        raise ClientsDoing("nothing is mapped there")

    hook = bench.hook()
    hook(good)
    hook(unlucky)
    for _ in range(2):
        with pytest.raises(HookFailed, match="nothing is mapped there"):
            hook.call(0, 0)
    assert hook.current.function is unlucky
    assert hook.current.failures == 0
    assert bench.registers == {"A": 7}
    (failure,) = bench.failures
    assert failure.count == 2
    assert "is not to blame and stays" in str(failure)


def test_an_async_version_that_is_not_to_blame_stays(bench: Any) -> None:
    async def unlucky(dev: Any, new: int, old: int) -> None:
        raise Blameless("gone")

    hook = bench.hook()
    hook(lambda dev, new, old: 1)
    hook(unlucky)
    with pytest.raises(HookFailed, match="gone"):
        hook.call(0, 0).send(None)
    assert hook.current.function is unlucky


def test_the_version_before_is_put_back_though_the_client_lets_it_down(
    bench: Any, cells: Any
) -> None:
    hook = bench.hook()
    hook(cells.function("raise gone", gone=Blameless("gone")))
    hook(cells.function("return 1 // 0"))
    with pytest.raises(HookFailed) as caught:
        hook.call(0, 0)
    assert hook.current.number == 1
    broken, excused = bench.failures
    assert caught.value.failures == (broken, excused)
    assert broken.restored is hook.current
    assert excused.restored is None


def test_running_a_cell_again_tells_of_what_the_client_does_again(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    function = cells.function("raise gone", gone=Blameless("gone"))
    for _ in range(2):
        hook(function)
        with pytest.raises(HookFailed):
            hook.call(0, 0)
    assert [failure.count for failure in bench.failures] == [1, 1]
