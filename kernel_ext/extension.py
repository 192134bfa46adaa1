"""`%load_ext muserlab` and `%unload_ext muserlab`: what they set up, and how it all goes again."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from muserlab.lab import current

from . import display, jobs, magic
from .notices import PageNotices, TerminalNotices
from .patchcell import patch_cell
from .shell import Shell, has_page
from .wakeup import WakeUp
from .watchers import watchers

_loaded: dict[int, ExitStack] = {}  # by the shell's id: there is one, but tests have several


def load(ip: Shell) -> None:
    """Set up an IPython shell for the workbench; again is harmless."""
    if id(ip) in _loaded:
        return
    notices = PageNotices(ip) if has_page(ip) else TerminalNotices(ip)
    wakeup = WakeUp()
    callbacks: tuple[tuple[str, Callable[..., None]], ...] = (
        ("pre_run_cell", wakeup.arm),
        ("pre_run_cell", notices.begin),
        ("post_run_cell", _hear_out),
        ("post_run_cell", notices.refresh),
        ("post_run_cell", watchers.after_cell),
    )
    with ExitStack() as undo:
        undo.callback(_stop)
        watchers.open()
        undo.callback(watchers.close)
        undo.callback(jobs.cancel_all)
        undo.callback(current().reports.attach(notices.heard))
        undo.callback(display.register(ip))
        wakeup.arm()
        undo.callback(wakeup.disarm)
        for event, callback in callbacks:
            ip.events.register(event, callback)
            undo.callback(ip.events.unregister, event, callback)
        undo.callback(magic.register(ip))
        ip.register_magic_function(partial(patch_cell, ip), "cell", "patch")
        undo.callback(ip.magics_manager.magics["cell"].pop, "patch", None)
        _loaded[id(ip)] = undo.pop_all()


def unload(ip: Shell) -> None:
    """Stop the lab, and take back whatever `load` set up; again is harmless."""
    undo = _loaded.pop(id(ip), None)
    if undo is not None:
        undo.close()


def _stop() -> None:
    current().stop()


def _hear_out(*_: object) -> None:
    """Let what a cell has caused be told before the cell has ended."""
    current().reports.settle()
