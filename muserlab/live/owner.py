"""What a hook needs of what it belongs to: a device, or a class of devices."""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from muserlab.live.batch import Batch
from muserlab.live.failure import Failure
from muserlab.live.line import Line
from muserlab.live.rehearsal import Rehearsal
from muserlab.trace import Event, Trace

if TYPE_CHECKING:
    from muserlab.live.history import History
    from muserlab.live.hook import Hook

P = ParamSpec("P")
T = TypeVar("T")


class Transaction(Protocol):
    """What one run of a hook does, from `Owner.transaction` on."""

    def commit(self) -> None:
        """Keep it."""
        ...

    def rollback(self) -> None:
        """Take it back."""
        ...


class Owner(Protocol):
    """What a hook belongs to."""

    @property
    def subject(self) -> Any:
        """What every version gets as its first argument."""
        ...

    @property
    def trace(self) -> Trace:
        """Where patches and failures are recorded."""
        ...

    @property
    def history(self) -> "History":
        """Where patches are kept with what undoes them."""
        ...

    @property
    def batch(self) -> Batch | None:
        """The batch that collects patches at this moment, if any."""
        ...

    @property
    def probation(self) -> int:
        """How many accesses a new version has to answer before it is trusted."""
        ...

    @property
    def access(self) -> Any:
        """The access that is being answered, for whoever wants to make it again; or None."""
        ...

    @property
    def client(self) -> str | None:
        """Whose access it is."""
        ...

    def line(self, key: Hashable) -> Line | None:
        """Return the versions of the hook that has this key now, if there is one."""
        ...

    def check_patchable(self) -> None:
        """Raise PatchError where no patch can have an effect any more."""
        ...

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the thread that calls hooks, between accesses; directly if already there."""
        ...

    def transaction(self, *, sleeps: bool = False) -> Transaction:
        """Begin to note what the hook does that is about to run.

        Called only for versions on probation and where a call may have to be made again. For an
        async version, during which others may run (it `sleeps`), it is called inside the coroutine,
        so that a context variable tells whose deeds are whose.
        """
        ...

    def trusted(self) -> None:
        """Hear that a version is on probation no more."""
        ...

    def rehearse(
        self, hook: "Hook", function: Callable[..., Any], events: Sequence[Event], patience: float
    ) -> Rehearsal:
        """Play recorded events to copies, one of them with function at hook, and compare them."""
        ...

    def report(self, failure: Failure) -> None:
        """Tell people of a failure; called once for each, on the thread that calls hooks."""
        ...

    def announce(self, text: str) -> None:
        """Tell people one line of news; called on the thread that made the patch."""
        ...
