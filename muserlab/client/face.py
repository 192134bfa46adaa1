"""Making parts of the driver that are awaited into parts that block: for scripts and notebooks."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from muserlab.client.runner import Runner

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")


class Face(Generic[C]):
    """The blocking face of a part whose methods are coroutines."""

    def __init__(self, core: C, run: Runner) -> None:
        self._core = core
        self._run = run

    def _wait_for(
        self,
        method: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return self._run(method(self._core, *args, **kwargs))

    def __repr__(self) -> str:
        return repr(self._core)


def blocking(
    method: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Face[C], P], T]:
    """Return a face's method: the same call, and the same docstring, that waits for its end."""

    @wraps(method)
    def call(face: Face[C], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return face._wait_for(method, *args, **kwargs)  # pyright: ignore[reportPrivateUsage]

    return call
