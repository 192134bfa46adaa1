"""Copies of a client's memory by `dev.dma`, next to plain copies of the same memory."""

from benchmarks.client import Reading
from benchmarks.figures import Case, Subject
from benchmarks.servers.process import ServerProcess
from benchmarks.traffic import KIB, MIB

SIZES = {"4 KiB": 4 * KIB, "64 KiB": 64 * KIB, "1 MiB": MIB, "16 MiB": 16 * MIB, "64 MiB": 64 * MIB}
PLAIN = "memoryview copy"
READ = "dev.dma.read"
WRITE = "dev.dma.write"


def copies(server: ServerProcess) -> list[Case]:
    """Return the cases; their values are GB/s."""

    def rate(way: str, size: int) -> Subject:
        return lambda seconds: Reading(server.ask("copy", way=way, size=size, seconds=seconds))

    return [
        Case(f"{name} {title}", "GB/s", {PLAIN: rate(plain, size), ours: rate(ours, size)})
        for name, size in SIZES.items()
        for title, plain, ours in (
            ("DMA read", "view to bytes", READ),
            ("DMA write", "bytes to view", WRITE),
        )
    ]
