"""The process at the other end of a socket."""

import os
import re
import select
import socket
import struct
from pathlib import Path

QEMU_SECONDS = 5.0
"""How long QEMU waits for an answer, unless its x-msg-timeout says else; assumed of others too."""

_TIMEOUT = re.compile(r'"?x-msg-timeout"?\s*[:=]\s*(\d+)')


class ClientProcess:
    """Who connected a socket to ours (SO_PEERCRED; unix(7)).

    Its descriptors may be in other hands by now, or outlive it for a moment in the kernel.
    """

    def __init__(self, sock: socket.socket) -> None:
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.pid: int = struct.unpack("3i", credentials)[0]
        self._text = _describe(self.pid)

    @property
    def gone(self) -> bool:
        """Whether the process has ended, be it reaped or not."""
        try:
            pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        except OSError:  # another namespace's, or no descriptor to spare
            return False
        try:
            poll = select.poll()
            poll.register(pidfd, select.POLLIN)
            return bool(poll.poll(0))
        finally:
            os.close(pidfd)

    @property
    def patience(self) -> float:
        """How many seconds it waits for an answer before it gives the device up.

        Found in the command line, of a QEMU; the least of several devices'.
        """
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_text(errors="replace")
        except OSError:
            return QEMU_SECONDS
        return min((int(found) / 1000 for found in _TIMEOUT.findall(command)), default=QEMU_SECONDS)

    @property
    def cpus(self) -> set[int]:
        """The CPUs that the process may run on; none where nobody tells."""
        try:
            return os.sched_getaffinity(self.pid)
        except OSError:  # it has ended, or is in another namespace
            return set()

    def __str__(self) -> str:
        """Name the process: "pid 4711 (qemu-system-x86)"."""
        return self._text


def _describe(pid: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return f"pid {pid}"
    return f"pid {pid} ({name})" if name.isprintable() else f"pid {pid} ({name!a})"
