"""What code is at, for people: the calls of theirs that have not returned."""

import sys
import threading
import traceback
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from types import FrameType
from typing import Any

import trio

from muserlab.live import place_at

_OURS = str(Path(__file__).parents[1])
_TRIO = str(Path(trio.__file__).parent)


def calls_on(thread: threading.Thread) -> str | None:
    """Tell the calls of a trio thread since it left muserlab's own code.

    None where it is in none: the loop itself waits, so that every function has returned or awaits.
    """
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # it is documented
    frame = frames.get(thread.ident or 0)
    if frame is None:
        return None
    stack = traceback.extract_stack(frame)
    if stack[-1].filename.startswith(_TRIO):
        return None
    theirs = list(takewhile(lambda one: not one.filename.startswith(_OURS), reversed(stack)))
    told = reversed(theirs or stack[-1:])
    return _told((one.name, one.filename, one.lineno or 0) for one in told)


def calls_in(work: object) -> str:
    """Tell the calls that a suspended coroutine waits in, without muserlab's own and trio's.

    Any thread may ask: where the coroutine goes on meanwhile, some of the calls may be missing.
    """
    calls: list[tuple[str, str, int]] = []
    waiting: Any = work
    while waiting is not None:
        frame: FrameType | None = getattr(waiting, "cr_frame", None)
        if frame is not None and not frame.f_code.co_filename.startswith((_OURS, _TRIO)):
            code = frame.f_code
            calls.append((code.co_name, code.co_filename, frame.f_lineno or code.co_firstlineno))
        waiting = getattr(waiting, "cr_await", None)
    return _told(calls)


def _told(calls: Iterable[tuple[str, str, int]]) -> str:
    return ", ".join(f"{name} ({place_at(filename, line)})" for name, filename, line in calls)
