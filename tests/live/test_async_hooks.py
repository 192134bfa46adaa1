"""Hooks that are coroutines."""

from collections.abc import Coroutine
from typing import Any

import pytest
import trio

from muserlab.live import HookFailed, WrongAnswer


def finish(answer: Coroutine[Any, Any, Any]) -> Any:
    """Await a hook's answer."""

    async def main() -> Any:
        return await answer

    return trio.run(main)


def later(cells: Any, body: str, **names: Any) -> Any:
    source = f"async def answer(dev, new, old):\n    await sleep(0)\n    {body}\n"
    return cells.run(source, sleep=trio.sleep, **names)["answer"]


def test_an_async_version_gives_a_coroutine_to_await(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(later(cells, "return new + 1"))
    assert finish(hook.call(1, 0)) == 2


@pytest.mark.parametrize("former_is_async", [False, True])
def test_the_version_before_answers_for_an_async_one(
    bench: Any, cells: Any, former_is_async: bool
) -> None:
    hook = bench.hook()
    hook(later(cells, "return 'whole'") if former_is_async else cells.function("return 'whole'"))
    hook(later(cells, "dev.registers['A'] = 1; raise KeyError"))
    assert finish(hook.call(0, 0)) == "whole"
    assert bench.registers == {}


@pytest.mark.parametrize("former_is_async", [False, True])
def test_the_answer_of_an_async_version_is_checked_when_it_has_one(
    bench: Any, cells: Any, former_is_async: bool
) -> None:
    def text(answer: Any, new: int, old: int) -> str:
        if not isinstance(answer, str):
            raise WrongAnswer(f"returned {answer!r}; want a text")
        return answer.upper()

    hook = bench.hook(check=text)
    hook(later(cells, "return 'whole'") if former_is_async else cells.function("return 'whole'"))
    hook(later(cells, "return 7"))
    assert finish(hook.call(0, 0)) == "WHOLE"
    assert [failure.restored.number for failure in bench.failures] == [1]
    assert hook.current.number == 1
    assert bench.failures[0].restored is hook.current


def test_an_async_version_answers_for_a_sync_one(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(later(cells, "return 'whole'"))
    hook(cells.function("raise KeyError"))
    assert finish(hook.call(0, 0)) == "whole"
    assert hook.current.number == 1


def test_an_async_version_that_nobody_answers_for_raises(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(later(cells, "raise KeyError"))
    with pytest.raises(HookFailed):
        finish(hook.call(0, 0))


def test_a_call_in_flight_keeps_the_version_that_it_began_with(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(later(cells, "return 'old'"))
    begun = hook.call(0, 0)
    hook(later(cells, "return 'new'"))
    assert finish(begun) == "old"
    assert finish(hook.call(0, 0)) == "new"


def test_two_calls_that_fail_together_put_the_patch_back_once(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 'whole'"))
    hook(later(cells, "raise KeyError"))
    begun = [hook.call(0, 0), hook.call(1, 0)]
    assert [finish(answer) for answer in begun] == ["whole", "whole"]
    assert [failure.count for failure in bench.failures] == [2]
    assert hook.current.number == 1


def test_cancellation_is_no_failure(bench: Any, cells: Any) -> None:
    hook = bench.hook()
    hook(cells.function("return 'whole'"))
    hook(later(cells, "await sleep(float('inf'))"))

    async def main() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await hook.call(0, 0)

    trio.run(main)
    assert hook.current.failures == 0
    assert bench.failures == []
