"""QEMU as a child process: started, watched, ended and reaped."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import trio

_LAUNCHER = Path(__file__).with_name("launch.py")
_KEPT_MESSAGES = 16384
_LAST_WORDS_SECONDS = 1


class Process:
    """A running program that ends with the thread that started it; its stderr's end is kept."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        assert child.stderr is not None
        self._child = child
        self._stderr = child.stderr
        self._messages = bytearray()
        self.ended = trio.Event()

    @classmethod
    def start(
        cls, command: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
    ) -> Self:
        """Start a command that inherits some file descriptors.

        Done on the calling thread, not a helper one, because the program ends with that thread.
        """
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())]
        return cls(
            subprocess.Popen(
                [*launcher, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **environment},
                pass_fds=inherited,
                start_new_session=True,  # a terminal's Ctrl-C is not for it
            )
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def messages(self) -> str:
        """What the program has said on its stderr, the last 16 KiB of it."""
        return self._messages.decode("utf-8", "replace").strip()

    @property
    def ending(self) -> str:
        """How the program ended, for a message: "with status 1", "by SIGKILL", "not yet"."""
        status = self._child.returncode
        if status is None:
            return "not yet"
        if status < 0:
            return f"by {signal.Signals(-status).name}"
        return f"with status {status}"

    async def watch(self) -> None:
        """Collect what the program says until it has ended, reap it, and set `ended`.

        Not to be cancelled: a nursery that runs this ends after the program.
        """
        pidfd = os.pidfd_open(self._child.pid)
        with trio.CancelScope(shield=True), self._stderr:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._collect)
                await trio.lowlevel.wait_readable(pidfd)
                os.close(pidfd)
                self._child.wait()
                # Its last words are in the pipe, which a program that it started may hold open.
                nursery.cancel_scope.deadline = trio.current_time() + _LAST_WORDS_SECONDS
        self.ended.set()

    async def end(self, grace: float) -> None:
        """Ask the program to end, and kill it if it has not within so many seconds."""
        with trio.CancelScope(shield=True):
            self._child.terminate()
            with trio.move_on_after(grace):
                await self.ended.wait()
            self._child.kill()
            await self.ended.wait()

    async def _collect(self) -> None:
        async with trio.lowlevel.FdStream(os.dup(self._stderr.fileno())) as stream:
            async for said in stream:
                self._messages += said
                del self._messages[:-_KEPT_MESSAGES]
