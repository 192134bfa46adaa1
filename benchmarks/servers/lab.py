"""muserlab as people run it: a lab in the background, and a main thread that does something else.

Takes a kind of devices and their number or size, as in `devices.KINDS`; and an eventfd that the
client knows too, or -1.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.servers.commands import obey
from benchmarks.servers.devices import KINDS
from benchmarks.servers.probes import Copies, Interrupts
from muserlab.lab import Lab


class Bench:
    """A lab, and what it is told to do."""

    def __init__(self, lab: Lab, kind: str, number: int, eventfd: int) -> None:
        start = time.perf_counter()
        self.devices = KINDS[kind](number)
        self._seconds = time.perf_counter() - start
        self._lab = lab
        self._eventfd = eventfd
        self._copies: Copies | None = None

    def compute(self, seconds: float) -> None:
        """Keep the main thread busy, as a cell with a Python loop does."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            sum(i * i for i in range(1000))

    def defined(self) -> float:
        """Return the seconds that the definition of all devices took."""
        return self._seconds

    def fire(self, way: str, count: int, pause: float, *, busy: bool) -> list[int]:
        """Interrupt the client again and again, while the main thread waits or computes."""
        firing = self._lab.submit(self._interrupts().fire, way, count, pause)
        while busy and not firing.done():
            self.compute(pause)
        return firing.result()

    def cost(self, way: str, seconds: float) -> float:
        """Return what an interrupt costs, in microseconds."""
        return self._lab.portal.call(self._interrupts().cost, way, seconds)

    def copy(self, way: str, size: int, seconds: float) -> float:
        """Return how fast a client's memory is copied, in GB/s."""
        self._copies = self._copies or self._lab.portal.call(Copies, self.devices[0])
        return self._lab.portal.call(self._copies.rate, way, size, seconds)

    def _interrupts(self) -> Interrupts:
        return Interrupts(self.devices[0], self._eventfd)


def main() -> None:
    """Serve, and obey."""
    kind, number, eventfd = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory, Lab() as lab:
        bench = Bench(lab, kind, int(number), int(eventfd))
        for device in bench.devices:
            lab.serve(device, Path(directory, device.name))
        sockets = {name: str(lab.socket_path(name)) for name in lab.devices}
        obey(
            sockets,
            {
                "compute": bench.compute,
                "copy": bench.copy,
                "cost": bench.cost,
                "defined": bench.defined,
                "fire": bench.fire,
            },
        )


if __name__ == "__main__":
    main()
