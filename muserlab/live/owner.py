"""What a hook needs of what it belongs to: a device, or a class of devices."""

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

from muserlab.live.batch import Batch
from muserlab.live.failure import Failure
from muserlab.trace import Trace

P = ParamSpec("P")
T = TypeVar("T")


class Transaction(Protocol):
    """The pokes of one run of a hook, from `Owner.transaction` on."""

    def commit(self) -> None:
        """Keep the pokes."""
        ...

    def rollback(self) -> None:
        """Take the pokes back."""
        ...


class NoTransaction:
    """Keeps every poke: the transaction of a version that nobody could answer for."""

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""


NO_TRANSACTION = NoTransaction()


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
    def batch(self) -> Batch | None:
        """The batch that collects patches at this moment, if any."""
        ...

    def check_patchable(self) -> None:
        """Raise PatchError where no patch can have an effect any more."""
        ...

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the thread that calls hooks, between accesses; directly if already there."""
        ...

    def transaction(self) -> Transaction:
        """Begin to note the pokes of the hook that is about to run.

        Called only where a former version could answer instead. For an async version it is called
        inside the coroutine, so that a context variable tells whose pokes are whose.
        """
        ...

    def report(self, failure: Failure) -> None:
        """Tell people of a failure; called once for each, on the thread that calls hooks."""
        ...

    def announce(self, text: str) -> None:
        """Tell people one line of news; called on the thread that made the patch."""
        ...
