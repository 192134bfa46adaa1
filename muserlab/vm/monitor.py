"""QEMU's machine protocol, QMP, spoken by QEMU's own client from a trio program.

That client is made for asyncio. Its event loop runs here only while a request is under way, on
whichever of trio's worker threads carries it, one at a time.
"""

import asyncio
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
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._turn = threading.Lock()
        self._closed = False

    async def execute(self, command: str, arguments: Mapping[str, object] | None = None) -> Any:
        """Return what a command returns; MonitorError says why QEMU refused it."""
        given = dict(arguments or {})
        return await self._run(command, lambda: self._client.execute(command, given))

    async def remove_device(self, device: str) -> None:
        """Ask the guest to let go of a device, and wait until it has and QEMU has removed it."""
        await self._run("device_del", lambda: self._remove_device(device))

    async def aclose(self) -> None:
        """End the session and close the socket; QEMU should have ended before."""
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(self._close)

    async def _remove_device(self, device: str) -> None:
        def concerns(event: Message) -> bool:
            return cast("dict[str, object]", event["data"]).get("device") == device

        with self._client.listener("DEVICE_DELETED", concerns) as deleted:
            await self._client.execute("device_del", {"id": device})
            await deleted.get()

    async def _run(self, what: str, request: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        # A request that is given up ends with QEMU, whose end closes the connection.
        return await trio.to_thread.run_sync(
            self._run_in_thread, what, request, abandon_on_cancel=True
        )

    def _run_in_thread(self, what: str, request: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        with self._turn:
            if self._closed:
                raise MonitorError(f"QEMU's monitor, {what}: the session has been closed")
            try:
                return self._runner.run(
                    asyncio.wait_for(self._in_session(request), _PATIENCE_SECONDS)
                )
            except QMPError as error:
                raise MonitorError(f"QEMU's monitor, {what}: {error}") from error
            except TimeoutError as error:
                raise MonitorError(
                    f"QEMU's monitor, {what}: no answer in {_PATIENCE_SECONDS} s"
                ) from error

    async def _in_session(self, request: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        if self._client.runstate is Runstate.IDLE:
            await self._client.connect(self._connection)
        answer = await request()
        self._client.events.clear()  # nobody else reads them
        return answer

    def _close(self) -> None:
        with self._turn:
            self._closed = True
            try:
                self._runner.run(self._client.disconnect())
            except (QMPError, OSError, EOFError):
                pass  # the other side is gone, which is why we close
            finally:
                self._runner.close()
                self._connection.close()
