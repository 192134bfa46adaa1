"""Makes "interrupt the kernel" reach a cell that awaits.

A SIGINT that arrives while the kernel's event loop sleeps in its selector is only noticed at the
loop's next turn, so an `await` cell seems deaf. asyncio's own signal handling sets a wake-up fd as
a side effect: registering a handler for any unused signal makes every signal wake the loop.
"""

import asyncio
import signal
from collections.abc import Callable

UNUSED = signal.SIGUSR2


def arm() -> Callable[[], None]:
    """Let every signal wake the running asyncio loop; return what takes that back.

    Does nothing where no loop runs (a terminal), or where the signal is in use already.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda: None
    if signal.getsignal(UNUSED) is not signal.SIG_DFL:
        return lambda: None
    loop.add_signal_handler(UNUSED, lambda: None)

    def disarm() -> None:
        if not loop.is_closed():
            loop.remove_signal_handler(UNUSED)

    return disarm
