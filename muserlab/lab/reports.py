"""What the lab has to say to people, and how it gets to them."""

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from muserlab.live import Failure

KEPT = 200
"""How many reports are kept to look back on."""

WAITING = 1000
"""How many reports wait for slow listeners before further ones are dropped."""

LOOK_EVERY = 1.0
"""Seconds after which the thread does something else in between, at the latest."""

_LOGGER = logging.getLogger("muserlab")


class ReportKind(StrEnum):
    """What a report is about."""

    FAULT = "fault"
    NOTICE = "notice"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing to say: a fault with its exception, an answer to a patch, or a log line.

    `device` names the device that it is about, if any. `failure` is the hook's failure behind a
    fault, whose count goes on growing. `time` is in seconds since the epoch.
    """

    kind: ReportKind
    text: str
    device: str = ""
    error: BaseException | None = None
    failure: Failure | None = None
    time: float = field(default_factory=time.time)

    def __str__(self) -> str:
        """Say it in one line, with the device's name."""
        return f"{self.device}: {self.text}" if self.device else self.text


def _nothing() -> None: ...


Listener = Callable[[Report], object]


class Reports:
    """A bounded queue of reports, and whoever listens to it.

    `post` never waits and never calls a listener: a thread of this queue's own does, so that a
    slow terminal cannot hold up an access. `tell` calls the listeners at once, for what a caller
    should see before its call returns. Where nobody listens, faults go to logging as errors (on
    standard error, where logging is not configured), the rest as information.
    """

    def __init__(self) -> None:
        self._recent: deque[Report] = deque(maxlen=KEPT)
        self._waiting: queue.Queue[Report | threading.Event | None] = queue.Queue(WAITING)
        self._dropped = 0
        self._listeners: tuple[Listener, ...] = ()
        self._thread: threading.Thread | None = None

    @property
    def recent(self) -> tuple[Report, ...]:
        """The last reports, oldest first."""
        return tuple(self._recent)

    @property
    def dropped(self) -> int:
        """How many reports no listener got because too many waited."""
        return self._dropped

    def attach(self, listener: Listener) -> Callable[[], None]:
        """Call listener(report) from now on, on any thread; return how to stop it.

        A listener that raises is detached, and the error logged.
        """
        self._listeners = (*self._listeners, listener)
        return lambda: self._detach(listener)

    def _detach(self, listener: Listener) -> None:
        self._listeners = tuple(one for one in self._listeners if one is not listener)

    def post(self, report: Report) -> None:
        """Leave a report to be delivered soon; one too many is dropped and counted."""
        self._recent.append(report)
        try:
            self._waiting.put_nowait(report)
        except queue.Full:
            self._dropped += 1

    def tell(self, report: Report) -> None:
        """Deliver a report now, on the caller's thread."""
        self._recent.append(report)
        self._deliver(report)

    def settle(self, timeout: float = 0.5) -> None:
        """Wait until what was posted before this is delivered, at most that many seconds."""
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            delivered = threading.Event()
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(delivered)
                delivered.wait(timeout)

    def start(self, look: Callable[[], None] = _nothing) -> None:
        """Start to deliver; do nothing if already started.

        The thread calls look, which must not raise, again and again in between.
        """
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._run, args=(look,), name="muserlab reports", daemon=True
            )
            self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Deliver what waits, for at most that many seconds, and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None or not thread.is_alive():
            return
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=timeout)
        if thread is not threading.current_thread():
            thread.join(timeout)

    def _run(self, look: Callable[[], None]) -> None:
        while True:
            with contextlib.suppress(queue.Empty):
                waiting = self._waiting.get(timeout=LOOK_EVERY)
                if waiting is None:
                    return
                if isinstance(waiting, Report):
                    self._deliver(waiting)
                else:
                    waiting.set()
            look()

    def _deliver(self, report: Report) -> None:
        listeners = self._listeners
        if not listeners:
            _log(report)
        for listener in listeners:
            try:
                listener(report)
            except Exception:
                self._detach(listener)
                _LOGGER.exception("a listener raised and hears no more reports")


def _log(report: Report) -> None:
    if report.kind is ReportKind.FAULT:
        _LOGGER.error("%s", report, exc_info=report.error)
    else:
        _LOGGER.info("%s", report)
