"""What an open panel costs the device: its access rate with every view watched, and with none.

Run it as `python -m benchmarks.widgets`. A real kernel serves the device and has its panel; this
process plays the page: it tells every view of all tabs that it is in sight, and takes what is sent.
A third process drives the device as fast as it can. Rounds with and without somebody who watches
alternate; a line says how many times as fast the device is with all views open, and how much is
sent for that. The page's own work is not in it: a browser has a processor of its own to draw with.
"""

import queue
import statistics
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from muserlab import client

ROUNDS = 7
SECONDS = 1.0
WANTS: dict[str, Any] = {"first": 0, "count": 40, "selected": "CTRL"}

SETUP = """
%load_ext muserlab
import muserlab as ml

class EngineBar(ml.BAR, size=0x10000):
    CTRL = ml.RW(0x00, go=ml.bit(0), mode=ml.bits(7, 4))
    SUM = ml.RO(0x04)
    SLOT = ml.RW(0x100, count=500)
    BUF = ml.Memory(0x8000, 0x8000)

dev = ml.PCIDevice("engine", id=(0x1234, 2), bar0=EngineBar, intx=True, msix=64)
lab = ml.serve(dev)

@dev.bar0.CTRL.on_write
def start(dev, new, old):
    dev.bar0.SUM.poke(dev.bar0.SUM.peek() + 1 & 0xffffffff)

print(lab.socket_path())
"""


class Page:
    """The other side of a kernel's widgets."""

    def __init__(self, kernel: BlockingKernelClient) -> None:
        self._kernel = kernel
        self._views: list[str] = []
        self.bytes = 0
        """How much the views were sent."""

    def run(self, code: str) -> str:
        """Run a cell to its end; return what it printed."""
        printed: list[str] = []

        def heard(message: Any) -> None:
            self._take(message)
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self._kernel.execute_interactive(code, output_hook=heard, timeout=60)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        return "".join(printed)

    def watch(self, seen: bool) -> None:
        """Tell every view that it is in sight, or that it is not."""
        for view in self._views:
            said = {"view": "bench", "seen": seen, "wants": WANTS}
            data: dict[str, Any] = {"method": "custom", "content": said}
            message = self._kernel.session.msg("comm_msg", {"comm_id": view, "data": data})
            self._kernel.shell_channel.send(message)

    def take(self, seconds: float) -> None:
        """Take what the kernel sends for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._take(self._kernel.get_iopub_msg(timeout=left))
            except queue.Empty:
                return

    def _take(self, message: Any) -> None:
        content = message["content"]
        match message["msg_type"]:
            case "comm_open" if "_esm" in content["data"].get("state", {}):
                self._views.append(content["comm_id"])
            case "comm_msg":
                self.bytes += len(str(content["data"])) + sum(map(len, message["buffers"]))
            case _:
                pass


@contextmanager
def driver(path: str) -> Generator[Connection]:
    """Run a process that drives the device; each message to it is a round, answered by a rate."""
    ours, theirs = Pipe()
    process = Process(target=_drive, args=(path, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        ours.send(None)
        process.join()


def _drive(path: str, told: Connection) -> None:
    with client.connect(path) as drv:
        while (seconds := told.recv()) is not None:
            count, began = 0, time.perf_counter()
            while time.perf_counter() - began < seconds:
                for _ in range(50):
                    drv.bar0.write(0, 1)
                    drv.bar0.read(4)
                count += 100
            told.send(count / (time.perf_counter() - began))


def _rate(page: Page, drive: Connection, seen: bool) -> float:
    """Return how many accesses there are in a second, with all views watched or with none."""
    page.watch(seen)
    page.take(0.3)  # until all of them look, or none does
    drive.send(SECONDS)
    page.take(SECONDS)
    rate: float = drive.recv()
    return rate


def main() -> None:
    """Measure, and print a line."""
    manager, kernel = start_new_kernel()
    try:
        page = Page(kernel)
        path = page.run(SETUP).strip()
        page.run("dev")
        with driver(path) as drive:
            rounds = [(_rate(page, drive, False), _rate(page, drive, True)) for _ in range(ROUNDS)]
        none, every = (statistics.median(rates) for rates in zip(*rounds, strict=True))
        sent = page.bytes / ROUNDS / SECONDS / 1000
        print(f"with every view open {every:.0f} accesses a second, {every / none:.2f} of")
        print(f"the {none:.0f} with none; {sent:.0f} kB a second are sent for that")
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
