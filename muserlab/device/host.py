"""Where a device lives: the thread that runs its code, and the clock of its timed work."""

from collections.abc import Awaitable, Callable, Sequence
from traceback import print_exception
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar

from muserlab.device.author import by_hand
from muserlab.device.errors import DeviceError
from muserlab.device.holding import Pending, Verdict
from muserlab.live import Failure, Hook, Rehearsal
from muserlab.trace import Event

P = ParamSpec("P")
T = TypeVar("T")


class Task(Protocol):
    """Work in the background of a device."""

    def cancel(self) -> None:
        """Stop the work, which does not begin any more either; harmless when it has ended."""
        ...


class EndedTask:
    """Work that has ended: what a copy of a device has of the work of the original."""

    def cancel(self) -> None:
        """Do nothing."""


class Host(Protocol):
    """What a device needs of whoever runs it; a lab is one.

    Everything that changes a device goes through `run`, so that no lock is needed anywhere else.
    """

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the device's thread between accesses; directly if already there."""
        ...

    def post(self, fn: Callable[[], None], /) -> None:
        """Call fn, which must not raise, on the device's thread soon; never wait for it."""
        ...

    def spawn(
        self, async_fn: Callable[..., Awaitable[object]], /, *args: object, name: str | None = None
    ) -> Task:
        """Start an async function as a task that ends with the device."""
        ...

    def after(self, seconds: float, fn: Callable[..., object], /, *args: object) -> Task:
        """Call fn (plain or async) once, that many seconds from now."""
        ...

    def every(self, seconds: float, fn: Callable[..., object], /, *args: object) -> Task:
        """Call fn (plain or async) again and again, that many seconds apart."""
        ...

    def hold(self, pending: Pending, /) -> Awaitable[Verdict]:
        """Keep an access waiting until a person says what becomes of it."""
        ...

    def rehearse(
        self,
        hook: Hook,
        function: Callable[..., Any],
        events: Sequence[Event],
        patience: float,
        /,
    ) -> Rehearsal:
        """Play recorded events to copies of the device, one of them with function at hook."""
        ...

    def report(self, failure: Failure) -> None:
        """Tell people that a hook failed."""
        ...

    def announce(self, text: str) -> None:
        """Tell people one line of news."""
        ...


class InlineHost:
    """The host of a device that nobody serves: the caller's own thread, and no clock.

    Hooks and accesses work, which is what a unit test of a device needs; timed work does not.
    """

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn."""
        return by_hand(fn, *args, **kwargs)

    def post(self, fn: Callable[[], None], /) -> None:
        """Call fn."""
        by_hand(fn)

    reason = "nothing runs this device yet; serve the device first"
    """Why there is no timed work."""

    def spawn(
        self, async_fn: Callable[..., Awaitable[object]], *_args: object, name: str | None = None
    ) -> NoReturn:
        """Refuse: there is no loop to run a task on."""
        raise self._refusal(f"start {name or getattr(async_fn, '__name__', 'a task')}")

    def after(self, seconds: float, _fn: Callable[..., object], *_args: object) -> NoReturn:
        """Refuse: there is no clock."""
        raise self._refusal(f"call a function after {seconds:g} s")

    def every(self, seconds: float, _fn: Callable[..., object], *_args: object) -> NoReturn:
        """Refuse: there is no clock."""
        raise self._refusal(f"call a function every {seconds:g} s")

    async def hold(self, pending: Pending, /) -> Verdict:
        """Let the access fail: nobody could say how it goes on."""
        return Verdict("fail", reason=f"it cannot wait, {self.reason} ({pending.reason})")

    def rehearse(self, hook: Hook, *_args: object) -> NoReturn:
        """Refuse: the copies would need a clock, too."""
        raise self._refusal(f"try a version of {hook.name}")

    def report(self, failure: Failure) -> None:
        """Print the failed hook's traceback on standard error."""
        print_exception(failure.exception)

    def announce(self, text: str) -> None:
        """Say nothing: whoever defines a hook on an unserved device has it in front of them."""

    def _refusal(self, what: str) -> DeviceError:
        return DeviceError(f"cannot {what}: {self.reason}")


class ReplacedHost(InlineHost):
    """The host of a device that another definition has taken the place of.

    What is left of its work may still poke; hooks can be put there no more.
    """

    def __init__(self, device: str) -> None:
        self.reason = f"this definition of {device} was replaced; nobody serves it"
