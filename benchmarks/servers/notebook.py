"""A device in a notebook, with its panel: a real kernel, and this process in the part of the page.

The page's own work is not in it: a browser has a processor of its own to draw with. What the kernel
sends is taken as fast as it comes.
"""

import queue
from subprocess import DEVNULL
from threading import Thread
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from benchmarks.servers.commands import obey

_WANTS: dict[str, Any] = {
    "first": 0,
    "count": 40,
    "selected": "CTRL",
    "space": "bar0",
    "blocks": [f"{at:x}" for at in range(0, 0xC00, 0x100)],
}
"""What each view shows: forty lines, the bits of a register, three screens of bytes."""

_DEVICE = """
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
            said = {"view": "bench", "seen": seen, "wants": _WANTS}
            data: dict[str, Any] = {"method": "custom", "content": said}
            message = self._kernel.session.msg("comm_msg", {"comm_id": view, "data": data})
            self._kernel.shell_channel.send(message)

    def take(self) -> None:
        """Take what the kernel sends, for ever."""
        while True:
            try:
                self._take(self._kernel.get_iopub_msg(timeout=1))
            except queue.Empty:
                continue

    def _take(self, message: Any) -> None:
        content = message["content"]
        if message["msg_type"] == "comm_open" and "_esm" in content["data"].get("state", {}):
            self._views.append(content["comm_id"])


def main() -> None:
    """Show a device's panel, and obey."""
    manager, kernel = start_new_kernel(stderr=DEVNULL)  # which warns of TCP without encryption
    try:
        page = Page(kernel)
        path = page.run(_DEVICE).strip()
        page.run("dev")
        Thread(target=page.take, daemon=True).start()
        obey({"engine": path}, {"watch": page.watch})
    finally:
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
