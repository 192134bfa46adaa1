"""What stands for the client that a trace tells of: its memory, and that it listens."""

import os
from collections.abc import Iterator, Sequence
from typing import Self

from muserlab.device import PCIDevice
from muserlab.lab.rehearsal.memory import RecordedMemory
from muserlab.trace import Event, Kind


class RecordedClient:
    """The memory of the client, and an eventfd for each vector that it listens to.

    A device may ask whether anybody listens (`dev.msi[0].enabled`). When the client set its vectors
    up, a trace does not say: it listens from its coming on to what it listens to now, or was
    interrupted by. To be closed, which `with` does.
    """

    def __init__(self, device: PCIDevice, events: Sequence[Event]) -> None:
        self.memory = RecordedMemory(events, device.dma.regions)
        delivered = {
            event.where
            for event in events
            if event.kind is Kind.IRQ and event.note.startswith("delivered")
        }
        self._vectors: dict[int, int] = {}
        """How many of each type, from the first one on."""
        for irq in device.interrupts:
            heard = (v.index + 1 for v in irq.vectors if v.enabled or v.name in delivered)
            self._vectors[irq.index] = max(heard, default=0)

    def listen(self, copy: PCIDevice) -> None:
        """Set up the vectors of a copy."""
        for index, count in self._vectors.items():
            if count:
                copy.set_irqs(index, "trigger", 0, count, list(_eventfds(count)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.memory.close()


def _eventfds(count: int) -> Iterator[int]:
    return (os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(count))
