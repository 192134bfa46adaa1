"""QEMU's machine protocol, QMP, spoken by QEMU's own client from a trio program.

That client is made for asyncio. Its event loop has a thread of its own for as long as the session
is open; requests are carried there, one at a time.
"""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar, cast

import trio
from qemu.qmp import Message, QMPClient, QMPError, Runstate

from muserlab.vm.errors import MonitorError

_T = TypeVar("_T")
_PATIENCE_SECONDS = 30


class Monitor:
    """A QMP session over a connected socket, which it owns; to be closed with `aclose`.

    The session begins with the first request.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._client = QMPClient("muserlab")
        # Where no logging is set up, its log would reach the terminal.
        self._client.logger.addHandler(logging.NullHandler())
        self._turn = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="muserlab QMP", daemon=True
        )
        self._thread.start()

    async def execute(self, command: str, arguments: Mapping[str, object] | None = None) -> Any:
        """Return what a command returns; MonitorError says why QEMU refused it."""
        given = dict(arguments or {})
        return await self._run(command, lambda: self._client.execute(command, given))

    async def remove_device(self, device: str) -> None:
        """Ask the guest to let go of a device, and wait until it has and QEMU has removed it."""
        await self._run("device_del", lambda: self._remove_device(device))

    async def aclose(self) -> None:
        """End the session and close the socket; QEMU should have ended before."""
        if self._loop.is_closed():
            return
        with trio.CancelScope(shield=True):
            await self._carried(self._disconnect())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._connection.close()

    async def _remove_device(self, device: str) -> None:
        def concerns(event: Message) -> bool:
            return cast("dict[str, object]", event["data"]).get("device") == device

        with self._client.listener("DEVICE_DELETED", concerns) as deleted:
            await self._client.execute("device_del", {"id": device})
            await deleted.get()

    async def _run(self, what: str, request: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        if self._loop.is_closed():
            raise MonitorError(f"QEMU's monitor, {what}: the session has been closed")
        try:
            return await self._carried(self._in_session(request))
        except QMPError as error:
            raise MonitorError(f"QEMU's monitor, {what}: {error}") from error
        except TimeoutError as error:
            raise MonitorError(
                f"QEMU's monitor, {what}: no answer in {_PATIENCE_SECONDS} s"
            ) from error

    async def _carried(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine on the asyncio loop, to its end even where the wait is given up.

        Cancelled while it connects, the client would be of no use any more. A request that nobody
        waits for ends with QEMU, whose end closes the connection.
        """
        token = trio.lowlevel.current_trio_token()
        done = trio.Event()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)

        def wake(_: object) -> None:
            with contextlib.suppress(trio.RunFinishedError):
                token.run_sync_soon(done.set)

        future.add_done_callback(wake)
        await done.wait()
        return future.result()

    async def _in_session(self, request: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        async with self._turn, asyncio.timeout(_PATIENCE_SECONDS):
            if self._client.runstate is Runstate.IDLE:
                await self._client.connect(self._connection)
            answer = await request()
            self._client.events.clear()  # nobody else reads them
            return answer

    async def _disconnect(self) -> None:
        async with self._turn:
            # The other side is gone, which is why we close.
            with contextlib.suppress(QMPError, OSError, EOFError):
                await self._client.disconnect()
