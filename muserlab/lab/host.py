"""What a served device runs on."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from threading import get_ident
from typing import Any, ParamSpec, TypeVar

import trio

from muserlab.device import EndedTask, PCIDevice, Pending, Verdict, by_hand
from muserlab.lab.portal import Portal
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.live import Failure, Hook, Rehearsal, Version, place_of
from muserlab.server import fault_in
from muserlab.trace import Event

P = ParamSpec("P")
T = TypeVar("T")


class BackgroundTask:
    """Work in the background of a device."""

    def __init__(self, portal: Portal, name: str) -> None:
        self._portal = portal
        self.name = name
        self.scope = trio.CancelScope()
        self.done = False

    def cancel(self) -> None:
        """Stop the work; harmless when it has ended, and from any thread."""
        if self._portal.here:
            self.scope.cancel()
        else:
            self._portal.soon(self.scope.cancel)

    def __deepcopy__(self, _memo: dict[int, Any]) -> EndedTask:
        return EndedTask()

    def __repr__(self) -> str:
        """Show name and state."""
        return f"<task {self.name}, {'done' if self.done else 'running'}>"


class TrioHost:
    """A served device's host: its functions run on the trio thread, its tasks in a nursery.

    Tasks end with the nursery, which is the device's own. A task that raises is reported and ends;
    one that repeats goes on, and the same failure is reported once.
    """

    def __init__(
        self,
        device: PCIDevice,
        portal: Portal,
        nursery: trio.Nursery,
        reports: Reports,
        hold: Callable[[Pending], Awaitable[Verdict]],
    ) -> None:
        self._device = device
        self._portal = portal
        self._thread = portal.thread
        self._nursery = nursery
        self._reports = reports
        self._tasks: set[BackgroundTask] = set()
        self.hold = hold
        """Keeps an access waiting until a person decides."""

    @property
    def tasks(self) -> tuple[BackgroundTask, ...]:
        """What runs in the background."""
        return tuple(self._tasks)

    def end_tasks(self) -> None:
        """Cancel all of them: their device is replaced."""
        for task in self.tasks:
            task.cancel()

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call fn on the trio thread between accesses; directly if already there."""
        if get_ident() == self._thread:  # every interrupt and every transfer comes this way
            return fn(*args, **kwargs)
        return self._portal.call(by_hand, fn, *args, **kwargs)

    def post(self, fn: Callable[[], None], /) -> None:
        """Call fn, which must not raise, on the trio thread soon; nothing where that has ended."""
        self._portal.soon(partial(by_hand, fn))

    def spawn(
        self, async_fn: Callable[..., Awaitable[object]], *args: object, name: str | None = None
    ) -> BackgroundTask:
        """Start an async function as a task that ends with the device."""
        return self._start(async_fn, name, lambda call: call(*args))

    def after(self, seconds: float, fn: Callable[..., object], *args: object) -> BackgroundTask:
        """Call fn (plain or async) once, that many seconds from now."""

        async def once(call: Callable[..., Awaitable[None]]) -> None:
            await trio.sleep(seconds)
            await call(*args)

        return self._start(fn, None, once)

    def every(self, seconds: float, fn: Callable[..., object], *args: object) -> BackgroundTask:
        """Call fn (plain or async) again and again, that many seconds apart.

        A call that takes longer than that delays the next one and no others.
        """

        async def again(call: Callable[..., Awaitable[None]]) -> None:
            due = trio.current_time()
            while True:
                due = max(due + seconds, trio.current_time())
                await trio.sleep_until(due)
                await call(*args)

        return self._start(fn, None, again)

    def rehearse(
        self,
        hook: Hook,
        function: Callable[..., Any],
        events: Sequence[Event],
        patience: float,
    ) -> Rehearsal:
        """Play recorded events to copies of the device, one of them with function at hook."""
        # Few people try a version, and what that takes (trio.testing) is slow to import.
        from muserlab.lab.rehearsal import rehearse

        self._portal.check()
        return rehearse(self._device, hook, function, events, patience)

    def report(self, failure: Failure) -> None:
        """Tell people that a hook failed."""
        self._reports.post(
            Report(
                ReportKind.FAULT,
                str(failure),
                device=self._device.name,
                error=failure.exception,
                failure=failure,
            )
        )

    def announce(self, text: str) -> None:
        """Tell people one line of news, at once where they wait for it."""
        report = Report(ReportKind.NOTICE, text, device=self._device.name)
        if self._portal.here:
            self._reports.post(report)
        else:
            self._reports.tell(report)

    def _start(
        self,
        fn: Callable[..., object],
        name: str | None,
        work: Callable[[Callable[..., Awaitable[None]]], Awaitable[None]],
    ) -> BackgroundTask:
        task = BackgroundTask(self._portal, name or str(getattr(fn, "__name__", fn)))
        version = Version(1, fn, "", place_of(fn), 0)

        async def call(*args: Any) -> None:
            if task.scope.cancel_called:
                return  # what came due in the same turn as its end does not begin any more
            try:
                result = fn(*args)
                if inspect.isawaitable(result):
                    await result
            except BaseException as error:  # a task never stops the server
                fault = fault_in(error)
                if fault is None:
                    raise
                failure = version.tally.add(f"task {task.name}", version, fault)
                if failure.count == 1:
                    self.report(failure)

        async def body() -> None:
            try:
                with task.scope:
                    await work(call)
            finally:
                task.done = True
                self._tasks.discard(task)

        self._tasks.add(task)
        self.run(self._nursery.start_soon, body)
        return task
