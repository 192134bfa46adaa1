"""Timed and long work of a device."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec
from weakref import WeakSet

from muserlab.device.host import Host, Task
from muserlab.device.journal import running

P = ParamSpec("P")


class Working:
    """What starts tasks with its host, each of which gets it as the first argument.

    What a guest asked for once, a reset ends: no function finishes its old DMA after a reset. A
    clock goes on, as an oscillator does: nobody would start it again after a guest has booted.
    """

    _host: Host
    _until_reset: WeakSet[Task]

    def begin_work(self) -> None:
        """Have no tasks yet."""
        self._until_reset = WeakSet()  # a host holds those that have not ended

    def end_work(self) -> None:
        """Cancel what a reset ends."""
        for task in tuple(self._until_reset):
            task.cancel()
        self._until_reset.clear()

    def spawn(
        self,
        async_fn: Callable[..., Awaitable[object]],
        *args: object,
        name: str | None = None,
        until_reset: bool = True,
    ) -> Task:
        """Start async_fn(dev, *args) as a task.

        It ends with the device and, unless until_reset is False, at a reset. A guest's boot is one
        too, so a task that is the world outside wants False. A lost connection is none.
        """
        return self._start(until_reset, self._host.spawn, async_fn, self, *args, name=name)

    def after(
        self, seconds: float, fn: Callable[..., object], *args: object, until_reset: bool = True
    ) -> Task:
        """Call fn(dev, *args) (plain or async) once, that many seconds from now.

        A reset before then, or while fn waits, ends it, unless until_reset is False.
        """
        return self._start(until_reset, self._host.after, seconds, fn, self, *args)

    def every(
        self, seconds: float, fn: Callable[..., object], *args: object, until_reset: bool = False
    ) -> Task:
        """Call fn(dev, *args) (plain or async) again and again, that many seconds apart.

        It goes on after a reset, unless until_reset is True.
        """
        return self._start(until_reset, self._host.every, seconds, fn, self, *args)

    def _start(
        self, until_reset: bool, start: Callable[P, Task], *args: P.args, **kwargs: P.kwargs
    ) -> Task:
        def started() -> Task:
            task = start(*args, **kwargs)
            if until_reset:
                self._until_reset.add(task)
            if (journal := running()) is not None:
                journal.note(task.cancel)  # what a failing hook has started does not begin
            return task

        return self._host.run(started)
