"""What an open panel costs a device: its access rate with every view in sight, and with none."""

import time

from benchmarks.client import Reading
from benchmarks.contenders import Served
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess
from benchmarks.traffic import Builder

CLOSED = "panel closed"
OPEN = "panel open"

_TIMES_LONGER = 7
"""A round is to have several looks of the panel in it, which come some ten times a second."""

_SETTLING = 0.2
"""Seconds until all views look, or none does."""


def panel(notebook: ServerProcess, served: Served) -> list[Case]:
    """Return the cases; their values are accesses a second, every one counted."""

    def watched(subject: Subject, *, seen: bool) -> Subject:
        def measured(seconds: float) -> Reading:
            notebook.ask("watch", seen=seen)
            time.sleep(_SETTLING)
            return subject(seconds * _TIMES_LONGER)

        return measured

    kinds = {"4-byte read": Builder.read, "4-byte write, hooked": Builder.write}
    return [
        Case(
            name,
            "/s",
            {
                CLOSED: watched(served.doing_in_all(build), seen=False),
                OPEN: watched(served.doing_in_all(build), seen=True),
            },
        )
        for name, build in kinds.items()
    ]
