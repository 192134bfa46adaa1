"""A device as what hooks belong to."""

from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from muserlab.device.access import Access, Cause
from muserlab.device.errors import DeviceError
from muserlab.device.host import Host, ReplacedHost
from muserlab.device.journal import Journal
from muserlab.device.state import State, watch
from muserlab.live import (
    Batch,
    Failure,
    History,
    Hook,
    HookFailed,
    Line,
    Move,
    Origin,
    PatchError,
    Rehearsal,
    Restore,
    restore,
)
from muserlab.trace import Event, Trace

P = ParamSpec("P")
T = TypeVar("T")


PROBATION = 100
"""How many accesses a new version has to answer before it is trusted, unless a device says else."""


class Subject(Protocol):
    """What hooks get as their first argument: a device."""

    trace: Trace
    batch: Batch | None
    state: State
    client: str | None
    probation: int
    history: History

    @property
    def host(self) -> Host:
        """Who runs it."""
        ...

    def hook_named(self, key: Hashable) -> Hook | None:
        """Return the hook that has this key."""
        ...


class HookOwner:
    """The owner of all of a device's hooks; regions, interrupts and DMA get it from the device."""

    def __init__(self, device: Subject) -> None:
        self.device = device
        self.cause: Cause | None = None
        """The access that a hook is being called for; assigned by the region that it goes to."""

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
        """The batch that collects what is patched by whoever asks, if there is one."""
        batch = self.device.batch
        return batch if batch is not None and batch.is_open_here else None

    @property
    def history(self) -> History:
        """Where patches are kept with what undoes them."""
        return self.device.history

    @property
    def probation(self) -> int:
        """How many accesses a new version has to answer before it is trusted."""
        return self.device.probation

    @property
    def access(self) -> Access | None:
        """The access that a hook is being called for."""
        return None if self.cause is None else Access(*self.cause)

    @property
    def client(self) -> str | None:
        """Who has the device."""
        return self.device.client

    def line(self, key: Hashable) -> Line | None:
        """Return the versions of the hook that has this key, if there is one."""
        hook = self.device.hook_named(key)
        return None if hook is None else hook.line

    def restore(self, what: str, moves: tuple[Move, ...], origin: Origin) -> None:
        """Make versions of the past current again: what the history does."""
        restore(Restore(what, moves, self, origin), self)

    def check_patchable(self) -> None:
        """Raise PatchError where another definition has taken the place of the device."""
        host = self.device.host
        if isinstance(host, ReplacedHost):
            raise PatchError(f"{host.reason}; define the hook on the device that is served now")

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the device's thread between accesses; directly if already there."""
        return self.device.host.run(fn, *args, **kwargs)

    def transaction(self, *, sleeps: bool = False) -> Journal:
        """Begin to note what the hook does that is about to run."""
        state = self.device.state
        if type(state) is State:
            watch(state, True)
        return Journal(sleeps=sleeps)

    def trusted(self) -> None:
        """Watch the state no more; the next hook on probation lets it be watched again."""
        watch(self.device.state, False)

    def rehearse(
        self, hook: Hook, function: Callable[..., Any], events: Sequence[Event], patience: float
    ) -> Rehearsal:
        """Play recorded events to copies of the device, one of them with function at hook."""
        return self.device.host.rehearse(hook, function, events, patience)

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
        cause, self.cause = self.cause, None
        try:
            answer = hook.call(*args)
        except HookFailed:
            return
        finally:
            self.cause = cause
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
