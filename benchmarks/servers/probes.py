"""What is measured inside the lab's process, on the thread where hooks run."""

import fcntl
import mmap
import os
from collections.abc import Callable
from statistics import median
from time import perf_counter_ns as clock

import trio

from benchmarks.traffic import BYTE, MIB
from muserlab.device import PCIDevice

LARGEST = 64 * MIB
_IOVA = 0x10_0000_0000


class Interrupts:
    """Fires the first MSI, or writes to an eventfd without muserlab for comparison."""

    def __init__(self, device: PCIDevice, bare: int) -> None:
        self._ways: dict[str, Callable[[], object]] = {
            "fire": device.msi[0].fire,
            "bare": lambda: os.eventfd_write(bare, 1),
        }

    async def fire(self, way: str, count: int, pause: float) -> list[int]:
        """Interrupt the client so often, with a pause before each; return when each began.

        Times are in nanoseconds, of a clock that every process has in common.
        """
        interrupt = self._ways[way]
        begun: list[int] = []
        for _ in range(count):
            await trio.sleep(pause)
            begun.append(clock())
            interrupt()
        return begun

    def cost(self, way: str, seconds: float) -> float:
        """Return the microseconds that one call takes."""
        return _typical_time(self._ways[way], seconds) / 1000


class Copies:
    """Copies a client's memory, by a device's DMA and by memoryviews of the same bytes."""

    def __init__(self, device: PCIDevice) -> None:
        self._dma = device.dma
        memory = os.memfd_create("client", os.MFD_ALLOW_SEALING)
        os.ftruncate(memory, LARGEST)
        fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        self._view = memoryview(mmap.mmap(memory, LARGEST))
        self._view[:] = bytes(LARGEST)  # so that no page is met for the first time while measuring
        self._dma.map(_IOVA, LARGEST, 0, readable=True, writable=True, fd=memory)

    def rate(self, way: str, size: int, seconds: float) -> float:
        """Return how many GB/s one way of copying size bytes moves."""
        dma, view, data = self._dma, self._view, BYTE * size
        ways: dict[str, Callable[[], object]] = {
            "view to bytes": lambda: bytes(view[:size]),
            "dev.dma.read": lambda: dma.read(_IOVA, size),
            "bytes to view": lambda: view.__setitem__(slice(size), data),
            "dev.dma.write": lambda: dma.write(_IOVA, data),
        }
        return size / _typical_time(ways[way], seconds)


def _typical_time(call: Callable[[], object], seconds: float) -> float:
    """Call again and again for so long; return the median of the times, in nanoseconds."""
    call()
    end = clock() + int(seconds * 1e9)
    times: list[int] = []
    now = 0
    while now < end:
        start = clock()
        call()
        now = clock()
        times.append(now - start)
    return median(times)
