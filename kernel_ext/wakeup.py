"""Makes "interrupt the kernel" reach a cell that awaits.

A SIGINT that arrives while the kernel's event loop sleeps in its selector is only noticed at the
loop's next turn, so an `await` cell seems deaf. asyncio's own signal handling sets a wake-up fd as
a side effect: registering a handler for any unused signal makes every signal wake the loop.
"""

import asyncio
import signal
import threading

UNUSED = signal.SIGUSR2


class WakeUp:
    """Has every signal wake a kernel's event loop.

    A kernel that is told to load the extension when it starts has no loop yet: `arm` is called
    before every cell, until there is one.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def arm(self, *_: object) -> None:
        """Arm the running loop, once; do nothing where the signal is in use already."""
        if self._loop is not None or threading.current_thread() is not threading.main_thread():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if signal.getsignal(UNUSED) is signal.SIG_DFL:
            loop.add_signal_handler(UNUSED, lambda: None)
            self._loop = loop

    def disarm(self) -> None:
        """Leave the signal and the loop as they were."""
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            loop.remove_signal_handler(UNUSED)
