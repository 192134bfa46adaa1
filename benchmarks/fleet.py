"""The servers of a run, and what they share with the client."""

import fcntl
import os
import socket
import struct
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks import cpus
from benchmarks.client import Link
from benchmarks.contenders import Floor, Served
from benchmarks.servers.process import ServerProcess
from benchmarks.traffic import Place
from muserlab.proto import GetRegionInfo, RegionInfo


class Fleet:
    """Server processes, connections and fds, which all end with the `with` block of `open`."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        self._links: list[Link] = []
        self.pids: list[int] = []
        """The numbers of all processes that answer."""

    @classmethod
    @contextmanager
    def open(cls) -> Generator["Fleet"]:
        """Give a fleet for the length of a block."""
        with ExitStack() as stack:
            yield cls(stack)

    # -- servers -----------------------------------------------------------------------------------

    def floor(self) -> Floor:
        """Start the blocking echo."""
        process = self._start("floor", str(self._folder / "floor"))
        return Floor(partial(self._link, process.sockets["echo"]))

    def minimal(self) -> Served:
        """Start the minimal server, and connect to it."""
        process = self._start("minimal", str(self._folder / "minimal"))
        return Served(self.connect(process, "memory"), Place())

    def lab(self, kind: str, number: int, eventfd: int = -1) -> ServerProcess:
        """Start a lab with devices of a kind; see `devices.KINDS`."""
        fds = () if eventfd < 0 else (eventfd,)
        return self._start("lab", kind, str(number), str(eventfd), fds=fds)

    def notebook(self) -> ServerProcess:
        """Start a kernel that serves a device and has its panel."""
        return self._start("notebook")

    def connect(self, process: ServerProcess, name: str) -> Link:
        """Connect to one of a process's sockets and agree on a version."""
        return self._link(process.sockets[name], Link.agree)

    def foreign(self, path: str) -> Link:
        """Connect to a server that somebody else has started."""
        link = self._link(path, Link.agree)
        self.pids.append(_peer(link.sock))
        return link

    # -- what the client has -----------------------------------------------------------------------

    def eventfd(self) -> int:
        """Return an eventfd for interrupts."""
        return self._owned(os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC))

    def memory(self, size: int) -> int:
        """Return a memfd that a server may map."""
        memory = self._owned(os.memfd_create("client", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC))
        os.ftruncate(memory, size)
        fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        return memory

    # -- where all of them run ---------------------------------------------------------------------

    @contextmanager
    def together(self) -> Generator[None]:
        """Keep client and servers on one CPU: an access costs the sum of both sides' work."""
        cpu = cpus.available()[0]
        with cpus.pinned({cpu}, {cpu}, self.pids):
            self._connect_anew()
            yield

    @contextmanager
    def apart(self) -> Generator[None]:
        """Give client and servers a CPU each: an access costs a wake-up on each side.

        Where there is only one CPU they share it.
        """
        first, *others = cpus.available()
        # While nobody is pinned: a server is to know that there are several CPUs.
        self._connect_anew()
        with cpus.pinned({first}, {others[0] if others else first}, self.pids):
            yield

    def _connect_anew(self) -> None:
        for link in self._links:
            link.connect()

    # -- inside ------------------------------------------------------------------------------------

    def _start(self, module: str, *arguments: str, fds: Iterable[int] = ()) -> ServerProcess:
        process = self._stack.enter_context(ServerProcess(module, *arguments, fds=tuple(fds)))
        self.pids.append(process.pid)
        return process

    def _link(self, path: str, *greetings: Callable[[Link], None]) -> Link:
        link = Link(Path(path), *greetings)
        self._stack.callback(link.close)
        self._links.append(link)
        link.connect()
        return link

    def _owned(self, fd: int) -> int:
        self._stack.callback(os.close, fd)
        return fd


def room_at(link: Link, place: Place) -> int:
    """Return how many bytes a server's region has from a place on, or can transfer at once."""
    region = link.ask(GetRegionInfo(32, place.region))
    assert isinstance(region, RegionInfo)
    return min(region.size - place.offset, link.connection.max_data_xfer_size)


def _peer(sock: socket.socket) -> int:
    """Return the process at the other end of a Unix socket."""
    credentials = struct.Struct("3i")
    data = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    pid: int = credentials.unpack(data)[0]
    return pid
