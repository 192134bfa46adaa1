"""A device as what hooks belong to."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from muserlab.device.errors import DeviceError
from muserlab.device.host import Host, ReplacedHost
from muserlab.device.journal import Journal
from muserlab.live import Batch, Failure, Hook, HookFailed, PatchError
from muserlab.trace import Trace

P = ParamSpec("P")
T = TypeVar("T")


class Subject(Protocol):
    """What hooks get as their first argument: a device."""

    trace: Trace
    batch: Batch | None

    @property
    def host(self) -> Host:
        """Who runs it."""
        ...


class HookOwner:
    """The owner of all of a device's hooks; regions, interrupts and DMA get it from the device."""

    def __init__(self, device: Subject) -> None:
        self.device = device

    @property
    def subject(self) -> Subject:
        """The device."""
        return self.device

    @property
    def trace(self) -> Trace:
        """The device's trace."""
        return self.device.trace

    @property
    def host(self) -> Host:
        """Who runs the device at this moment."""
        return self.device.host

    @property
    def batch(self) -> Batch | None:
        """The batch that collects patches at this moment, if any."""
        return self.device.batch

    def check_patchable(self) -> None:
        """Raise PatchError where another definition has taken the place of the device."""
        host = self.device.host
        if isinstance(host, ReplacedHost):
            raise PatchError(f"{host.reason}; define the hook on the device that is served now")

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the device's thread between accesses; directly if already there."""
        return self.device.host.run(fn, *args, **kwargs)

    def transaction(self) -> Journal:
        """Begin to note the pokes of the hook that is about to run."""
        return Journal()

    def report(self, failure: Failure) -> None:
        """Tell people that a hook failed."""
        self.device.host.report(failure)

    def announce(self, text: str) -> None:
        """Tell people one line of news."""
        self.device.host.announce(text)

    def emit(self, hook: Hook, *args: Any) -> None:
        """Call a hook whose answer nobody waits for; an async one becomes a task."""
        if not hook:
            return
        try:
            answer = hook.call(*args)
        except HookFailed:
            return
        if isinstance(answer, Coroutine):
            self.let_finish(cast("Coroutine[Any, Any, object]", answer), hook.name)

    def let_finish(self, rest: Coroutine[Any, Any, object], name: str) -> None:
        """Make a task of what an async hook has still to do."""
        try:
            self.device.host.spawn(_finish, rest, name=name)
        except DeviceError:
            rest.close()
            raise


async def _finish(answer: Awaitable[object]) -> None:
    with suppress(HookFailed):
        await answer
