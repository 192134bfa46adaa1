"""What a device's code may raise, told from what only passes through it."""

import threading
from typing import cast

import trio


def is_interrupt(error: BaseException) -> bool:
    """Tell whether an exception is, or holds, a person's Ctrl-C.

    Python raises that on the main thread only. Anywhere else KeyboardInterrupt is what a device's
    code has raised, a fault like any other.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    return BaseExceptionGroup("", [error]).subgroup(KeyboardInterrupt) is not None


def fault_in(error: BaseException) -> BaseException | None:
    """Return what is left of an exception without cancellations; None if it was nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(trio.Cancelled)[1]
    return None if isinstance(error, trio.Cancelled) else error
