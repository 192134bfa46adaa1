"""`%load_ext muserlab` and `%unload_ext muserlab`: what they set up, and how it all goes again."""

from contextlib import ExitStack
from typing import Any

from muserlab.lab import current

from . import display, wakeup
from .notices import Notices
from .status import Status

_loaded: dict[int, ExitStack] = {}  # by the shell's id: there is one, but tests have several


def load(ip: Any) -> None:
    """Set up an IPython shell for the workbench; again is harmless."""
    if id(ip) in _loaded:
        return
    notices = Notices(ip)
    with ExitStack() as undo:
        undo.callback(_stop)
        undo.callback(current().reports.attach(notices.heard))
        undo.callback(display.register(ip))
        undo.callback(wakeup.arm())
        ip.events.register("post_run_cell", notices.refresh)
        undo.callback(ip.events.unregister, "post_run_cell", notices.refresh)
        ip.register_magic_function(_muser, "line", "muser")
        undo.callback(ip.magics_manager.magics["line"].pop, "muser", None)
        _loaded[id(ip)] = undo.pop_all()


def unload(ip: Any) -> None:
    """Stop the lab, and take back whatever `load` set up; again is harmless."""
    undo = _loaded.pop(id(ip), None)
    if undo is not None:
        undo.close()


def _stop() -> None:
    current().stop()


def _muser(_line: str) -> Status:
    """Show what is served, who is connected, how busy it is, and the last errors."""
    return Status(current())
