"""Real guests for tests: one boot that many of them share, and none where none is installed."""

import functools
import queue
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trio

from muserlab.vm import Guest, Result, boot

_T = TypeVar("_T")


class GuestOnThread:
    """A guest on a trio thread, used from the test's."""

    def __init__(self, guest: Guest, token: trio.lowlevel.TrioToken) -> None:
        self.guest = guest
        self._token = token

    def call(self, function: Callable[..., Awaitable[_T]], *args: Any) -> _T:
        return trio.from_thread.run(function, *args, trio_token=self._token)

    def run(self, command: str, **options: Any) -> Result:
        return self.call(functools.partial(self.guest.run, command, **options))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "muserlab"


@pytest.fixture(scope="module")
def running_guest(guest_software: None) -> Generator[GuestOnThread]:
    with _guest_on_thread() as running:
        yield running


@contextmanager
def _guest_on_thread() -> Generator[GuestOnThread]:
    started: queue.Queue[GuestOnThread | Exception] = queue.Queue()
    over = trio.Event()

    async def serve() -> None:
        async with boot() as guest:
            started.put(GuestOnThread(guest, trio.lowlevel.current_trio_token()))
            await over.wait()

    def main() -> None:
        try:
            trio.run(serve)
        except Exception as error:  # noqa: BLE001 - raised below, in the test's thread
            started.put(error)

    async def end() -> None:
        over.set()

    thread = threading.Thread(target=main)
    thread.start()
    running = started.get()
    if isinstance(running, Exception):
        raise running
    try:
        yield running
    finally:
        running.call(end)
        thread.join()
