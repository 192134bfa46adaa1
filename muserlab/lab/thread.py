"""The one dedicated thread that runs trio."""

import atexit
import os
import sys
import threading
from collections.abc import Callable

import trio

from muserlab.lab.errors import LabStopped, LabStuck
from muserlab.lab.portal import Portal
from muserlab.lab.switchinterval import SWITCH_INTERVAL, Asking
from muserlab.lab.whereabouts import calls_on

TIME_LIMIT = 5.0
"""Seconds that everything on the thread gets to end."""


class TrioThread:
    """A thread with a trio loop and a portal into it, started and stopped again and again.

    It is a daemon that an exit handler stops: a thread that is none would be joined before exit
    handlers run, and hold the exit up. In a forked child there is no such thread, so stopping does
    nothing there. `crashed` is told what the loop raised, if it ever ends by itself.
    """

    def __init__(self, name: str, crashed: Callable[[BaseException], None]) -> None:
        self._name = name
        self._crashed = crashed
        self._thread: threading.Thread | None = None
        self._portal: Portal | None = None
        self._process = 0

    @property
    def running(self) -> bool:
        """Whether the thread runs, in this process."""
        return self._thread is not None and self._thread.is_alive() and self._process == os.getpid()

    @property
    def portal(self) -> Portal:
        """The way into the thread; LabStopped is raised while it does not run."""
        if self._portal is None or not self.running:
            raise LabStopped("nothing is served; serve a device first")
        return self._portal

    @property
    def calls(self) -> str | None:
        """The calls that the thread is in and that keep its loop from turning, None if none do."""
        return None if self._thread is None else calls_on(self._thread)

    def start(self) -> None:
        """Start the thread and wait until its portal is open; do nothing if it runs."""
        if self.running:
            return
        ready = threading.Event()
        self._process = os.getpid()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name=self._name, daemon=True
        )
        atexit.register(self._stop_at_exit)  # first, as Ctrl-C may end the wait
        self._thread.start()
        ready.wait()

    def stop(self, timeout: float = TIME_LIMIT) -> None:
        """Cancel everything on the thread and wait for its end; do nothing if it does not run.

        Raises LabStuck after timeout seconds, telling what keeps the thread: nothing can end a
        function that neither returns nor awaits, or a task that shields itself.
        """
        thread = self._thread
        if thread is not None and self.running:
            self.portal.check()
            self.portal.close()
            thread.join(timeout)
            if thread.is_alive():
                raise LabStuck(
                    f"the trio thread has not ended after {timeout:g} s: {_holdup(thread)}"
                )
        atexit.unregister(self._stop_at_exit)

    def _run(self, ready: threading.Event) -> None:
        SWITCH_INTERVAL.lower()
        try:
            trio.run(self._main, ready, instruments=[Asking()])
        except BaseException as error:  # noqa: BLE001 - the last frame of the thread
            self._crashed(error)
        finally:
            SWITCH_INTERVAL.restore()
            ready.set()

    async def _main(self, ready: threading.Event) -> None:
        async with Portal.opened() as self._portal:
            ready.set()
            await trio.sleep_forever()

    def _stop_at_exit(self) -> None:
        try:
            self.stop()
        except LabStuck as stuck:
            print(f"muserlab: {stuck}", file=sys.stderr)  # noqa: T201 - nobody else listens any more


def _holdup(thread: threading.Thread) -> str:
    """Tell what keeps a thread from ending: a function that does not return, or a task."""
    calls = calls_on(thread)
    if calls is not None:
        remedy = "Only restarting the kernel ends it"
        return f"it is in {calls}, which neither returns nor awaits. {remedy}"
    if thread.is_alive():
        return "a task shields itself from being cancelled. Stop again when it has ended"
    return "it has just ended. Stop again"
