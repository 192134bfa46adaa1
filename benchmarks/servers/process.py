"""A server in a process of its own, as whoever measures it sees it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from benchmarks.client import PATIENCE

ROOT = Path(__file__).parents[2]


class ServerProcess:
    """A process that runs one of the modules beside this; it ends with the `with` block."""

    def __init__(self, module: str, *arguments: str, fds: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.servers.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=fds,
            cwd=ROOT,
        )

    @cached_property
    def sockets(self) -> dict[str, str]:
        """Where it can be connected to, by name; waits until it is ready."""
        sockets: dict[str, str] = self._line()
        return sockets

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def tell(self, command: str, **arguments: Any) -> None:
        """Give a command; `heard` waits for what it gives."""
        assert self._process.stdin is not None
        assert self.sockets  # it listens to commands once it is ready
        print(json.dumps([command, arguments]), file=self._process.stdin, flush=True)

    def heard(self) -> Any:
        """Wait for a command's result."""
        return self._line()

    def ask(self, command: str, **arguments: Any) -> Any:
        """Carry out a command and return its result."""
        self.tell(command, **arguments)
        return self.heard()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a server process ended with {self._process.wait()}; see above")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
