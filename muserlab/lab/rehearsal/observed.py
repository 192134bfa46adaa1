"""What is seen of one copy while one recorded event is played, and until the next one."""

from muserlab.lab.rehearsal.registers import Changes
from muserlab.lab.reports import Report, Reports
from muserlab.live import Failure
from muserlab.trace import Event, Kind, Trace

NO_REPLY = "no answer"


class Observed:
    """What one event brought about. A refusal is its text in place of the reply."""

    __slots__ = ("faults", "interrupts", "registers", "reply", "transfers")

    def __init__(self) -> None:
        self.reply: bytes | str | None = None
        self.registers: Changes | None = None
        # Tuples, as most are empty: there are as many of these objects as there are accesses.
        self.interrupts: tuple[str, ...] = ()
        self.transfers: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()


class Observer(Reports):
    """Notes what a copy's trace and its host tell, in the event that is played at the moment."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.now = Observed()
        self.resets = 0
        """How many resets the copy has gone through that were not played yet."""
        self.failures: list[Failure] = []
        trace.subscribe(self._heard)

    def _heard(self, event: Event) -> None:
        now, note = self.now, event.note
        match event.kind:
            case Kind.IRQ:
                told = f"{event.where} lowered" if note == "lowered" else event.where
                now.interrupts = (*now.interrupts, told)
            case Kind.DMA_WRITE:
                told = f"{event.size} bytes to {event.offset:#x}: {event.data.hex(' ')}"
                now.transfers = (*now.transfers, told)
            case Kind.FAULT:
                # Without the version's number, which says nothing of what happened.
                now.faults = (*now.faults, f"{event.where}: {note.partition(' ')[2]}")
            case Kind.RESET:
                self.resets += 1
            case _:
                pass

    def post(self, report: Report) -> None:
        """Note a failure; a hook's is in the trace, that of timed work is not."""
        failure = report.failure
        if failure is not None:
            self.failures.append(failure)
            if failure.hook.startswith("task "):
                self.now.faults = (*self.now.faults, f"{failure.hook}: {failure.exception!r}")

    tell = post
