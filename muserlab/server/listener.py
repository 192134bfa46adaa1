"""Serving a device: its socket, and whose turn it is."""

import errno
import math
import os
import socket
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path

import trio

from muserlab.device import PCIDevice
from muserlab.server.client import ClientStatus
from muserlab.server.connection import ClientConnection
from muserlab.server.faults import fault_in, is_interrupt
from muserlab.server.process import ClientProcess
from muserlab.server.quiesce import Access, Quiescence
from muserlab.server.session import Session
from muserlab.server.socketfile import SocketFile

_OVERLOADED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What accept(2) says where there is no room for another connection just now."""

_PAUSE = 0.1

LEAVING_LIMIT = 2.0
"""Seconds that a client whose process has ended gets to hang up. The kernel closes some of a
process's sockets only after its end, those that an io_uring holds for example."""


class Server:
    """A device that is being served; `serve` makes one."""

    def __init__(self, device: PCIDevice, file: SocketFile, log: Callable[[str], None]) -> None:
        self.device = device
        self._file = file
        self._log = log
        self._quiescence = Quiescence()
        self._connection: ClientConnection | None = None
        self._process: ClientProcess | None = None
        self._vacant = trio.Event()
        self._scope = trio.CancelScope()
        self._stopped = trio.Event()

    @property
    def path(self) -> Path:
        """The socket's path, absolute."""
        return self._file.path

    @property
    def client(self) -> str | None:
        """Who is connected, such as "pid 4711 (qemu-system-x86)"; None if nobody is."""
        connection = self._connection
        return None if connection is None else connection.client

    @property
    def client_status(self) -> ClientStatus | None:
        """Who is connected, since when, and what was agreed on; any thread may look."""
        connection = self._connection
        return None if connection is None else connection.status

    @property
    def process(self) -> ClientProcess | None:
        """The connected client's process."""
        return None if self._connection is None else self._process

    @property
    def occupant(self) -> str | None:
        """Who keeps other clients away; None where nobody does, or only one who is leaving."""
        return None if self._patience() else self.client

    @property
    def in_flight(self) -> tuple[Access, ...]:
        """Accesses whose async hooks have not returned; any thread may look."""
        return tuple(self._quiescence.in_flight)

    def suspended(self) -> AbstractAsyncContextManager[None]:
        """Keep the device between two messages for the length of an `async with` block.

        Requests that arrive meanwhile are held and served afterwards, in order. Hooks that are
        `async def` and in flight get three seconds to finish and are cancelled then.
        """
        return self._quiescence.suspended_for("a patch")

    def holding(self) -> AbstractContextManager[None]:
        """Keep the access of the current task waiting, and the requests that come after it.

        The device counts as at rest meanwhile: the access is not half done, it waits for a person.
        """
        return self._quiescence.holding()

    def adopt(self, device: PCIDevice) -> None:
        """Serve another definition of the device from the next request on.

        Call it while the server is suspended and after the new definition has adopted the former
        (PCIDevice.adopt): the client stays connected and notices nothing.
        """
        self.device = device
        if self._connection is not None:
            self._connection.adopt(device)

    async def vacated(self) -> None:
        """Wait until nobody is connected."""
        if self._connection is not None:
            await self._vacant.wait()

    async def stop(self) -> None:
        """Disconnect the client, stop listening, remove the socket file; return when it is done."""
        self._scope.cancel()
        await self._stopped.wait()

    async def run(self, *, task_status: trio.TaskStatus["Server"]) -> None:
        """Let in one client after the other until stopped."""
        try:
            with self._file, self._scope:
                async with trio.open_nursery() as nursery:
                    task_status.started(self)
                    while True:
                        sock = await self._accept()
                        await self._let_in(sock, nursery)
        finally:
            self._stopped.set()

    async def _accept(self) -> socket.socket:
        while True:
            await trio.lowlevel.wait_readable(self._file.socket)
            try:
                return self._file.socket.accept()[0]
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno not in _OVERLOADED:
                    raise
                self._log(f"{self.device.name}: cannot take a connection now: {error}")
                await trio.sleep(_PAUSE)

    async def _let_in(self, sock: socket.socket, nursery: trio.Nursery) -> None:
        process = ClientProcess(sock)
        if self._connection is not None:
            with trio.move_on_after(self._patience()):
                await self._vacant.wait()
        if self._connection is not None:
            sock.close()
            self._log(
                f"{self.device.name}: {process} was turned away: "
                f"{self._connection.client} is connected, and a device has one client at a time"
            )
            return
        self._process = process
        self._vacant = trio.Event()
        session = Session(self.device, client=str(process), log=self._log)
        self._connection = ClientConnection(sock, session, self._quiescence)
        nursery.start_soon(self._serve, self._connection)

    def _patience(self) -> float:
        """Return how many seconds a newcomer waits for the client before it: for a leaving one."""
        if self._connection is None or self._connection.hung_up:
            return math.inf
        return LEAVING_LIMIT if self._process is not None and self._process.gone else 0

    async def _serve(self, connection: ClientConnection) -> None:
        self._log(f"{self.device.name}: {connection.client} connected")
        ending = "the server was stopped"
        try:
            ending = await connection.run()
        except BaseException as error:  # a fault costs one connection, not the server
            if is_interrupt(error):
                raise
            if fault_in(error) is not None:  # a cancellation may be dropped, as the task ends here
                ending = f"the server failed\n{traceback.format_exc()}"
        finally:
            self._connection = None
            self._vacant.set()
            self._log(f"{self.device.name}: {connection.client} disconnected: {ending}")


async def serve(
    device: PCIDevice,
    path: str | os.PathLike[str],
    *,
    log: Callable[[str], None],
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve a device on a Unix socket until stopped or cancelled.

    Takes:
      device: what is served; its state outlives each client and the server itself.
      path: where the socket file is made, in a directory that exists.
      log: called on the event loop's thread with one line for people: who came, who went and why,
        who was turned away, what was refused, what failed. It must not block.
      task_status: this function can be used with ``nursery.start``, which returns the `Server`
        as soon as clients can connect.

    Resource handling:

      The socket file is removed when this ends, unless another server has taken over its path.
      Whatever a client sent and the device did not take is closed when the client goes; the
      device gives back the rest in `disconnect`.

    Error handling:

      `SocketInUse`, `SocketPathError` and `OSError` are raised before anything is served.
      Afterwards no client and no hook ends the server: whatever they do is answered, logged, and
      at worst costs the client its connection.
    """
    await Server(device, SocketFile(path), log).run(task_status=task_status)
