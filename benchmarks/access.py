"""What an access costs through the whole server, next to what the socket alone costs.

Run it as `python -m benchmarks.access`. Client and server share one CPU, so that their costs add
up and nobody waits to be woken. The floor is a server that knows how many bytes come and go and
nothing else: blocking receive, blocking send. Each line says how many times as long the served
device takes, the client's own cost included in both. Compare these ratios between versions; they
move by some per cent.
"""

import fcntl
import os
import socket
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import trio

from muserlab.device import BAR, PCIDevice
from muserlab.proto import (
    Connection,
    DmaFlags,
    DmaMap,
    DmaUnmap,
    Outgoing,
    RegionRead,
    RegionWrite,
    RequestBody,
    Role,
    Version,
)
from muserlab.regs import RW
from muserlab.server import serve

ROUNDS = 7
MIB = 1 << 20


class ScratchBar(BAR, size=2 * MIB):
    """A register, and a lot of memory behind it."""

    SCRATCH = RW(0x00)


@dataclass(frozen=True)
class Exchange:
    """Messages that are sent one by one, and how many bytes come back for all of them."""

    messages: tuple[Outgoing, ...]
    reply_size: int

    def carry_out(self, sock: socket.socket, room: memoryview) -> None:
        """Do it as the client."""
        for message in self.messages:
            if message.fds:
                socket.send_fds(sock, [message.data], message.fds)
            else:
                sock.send(message.data)
        receive(sock, room, self.reply_size)

    def echo(self, sock: socket.socket, room: memoryview) -> None:
        """Do it as the cheapest server that there can be."""
        if any(message.fds for message in self.messages):
            _, fds, _, _ = socket.recv_fds(sock, len(room), 1)
            os.close(fds[0])
        else:
            receive(sock, room, sum(len(message.data) for message in self.messages))
        sock.sendall(bytes(self.reply_size))


@dataclass(frozen=True)
class Measure:
    """What is timed: some exchanges in turn, so many times."""

    name: str
    repeats: int
    exchanges: tuple[Exchange, ...]


def receive(sock: socket.socket, room: memoryview, size: int) -> None:
    """Receive exactly so many bytes."""
    received = 0
    while received < size:
        got = sock.recv_into(room, min(size - received, len(room)))
        if not got:
            raise EOFError
        received += got


def measures(connection: Connection, memory: int) -> tuple[Measure, ...]:
    """Return what is measured; memory is a file to map for DMA."""

    def message(body: RequestBody, *fds: int, posted: bool = False) -> Outgoing:
        return connection.request(body, fds, no_reply=posted)

    read = message(RegionRead(0, 0, 4))
    write = message(RegionWrite(0, 0, b"abcd"), posted=True)
    dma_map = message(DmaMap(DmaFlags.READ | DmaFlags.WRITE, 0, 0x10000, MIB), memory)
    dma_unmap = message(DmaUnmap(24, 0, 0x10000, MIB))
    return (
        Measure("4-byte read", 5000, (Exchange((read,), 36),)),
        Measure("posted 4-byte write", 100, (Exchange((*[write] * 100, read), 36),)),
        Measure("1 MiB read", 50, (Exchange((message(RegionRead(MIB, 0, MIB)),), 32 + MIB),)),
        Measure("DMA map and unmap", 1000, (Exchange((dma_map,), 16), Exchange((dma_unmap,), 40))),
    )


def timed(measure: Measure, sock: socket.socket, room: memoryview) -> float:
    """Return how many seconds a measure takes."""
    start = time.perf_counter()
    for _ in range(measure.repeats):
        for exchange in measure.exchanges:
            exchange.carry_out(sock, room)
    return time.perf_counter() - start


@contextmanager
def floor(measure: Measure) -> Generator[socket.socket]:
    """Run the cheapest server in a process of its own."""
    ours, theirs = socket.socketpair()

    def answer() -> None:
        ours.close()
        room = memoryview(bytearray(MIB))
        try:
            while True:
                for exchange in measure.exchanges:
                    exchange.echo(theirs, room)
        except (EOFError, OSError):
            return

    with child(answer), theirs, ours:
        yield ours


@contextmanager
def served() -> Generator[socket.socket]:
    """Run the real server in a process of its own, and connect to it."""
    device = PCIDevice("scratch", id=(0x1234, 1), bar0=ScratchBar)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "socket")

        async def main() -> None:
            await serve(device, path, log=lambda _: None)

        with child(lambda: trio.run(main)), socket.socket(socket.AF_UNIX) as sock:
            while sock.connect_ex(str(path)):
                time.sleep(0.01)
            yield sock


@contextmanager
def child(work: Callable[[], None]) -> Generator[None]:
    """Do work in a forked process for the length of a block."""
    process = get_context("fork").Process(target=work)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def main() -> None:
    """Measure, and print a table of ratios."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    room = memoryview(bytearray(MIB))
    connection = Connection(Role.CLIENT)
    memory = os.memfd_create("memory", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, MIB)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    with served() as device:
        device.send(connection.request(Version(capabilities=connection.offer)).data)
        connection.receive(device.recv(4096))
        print(f"{'':24}times the floor")
        for measure in measures(connection, memory):
            with floor(measure) as echo:
                pairs = [
                    (timed(measure, device, room), timed(measure, echo, room))
                    for _ in range(ROUNDS)
                ]
            ours, least = (min(times) for times in zip(*pairs, strict=True))
            print(f"{measure.name:24}{ours / least:15.2f}")


if __name__ == "__main__":
    main()
