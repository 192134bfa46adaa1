"""A trio thread for tests, and what must not be left behind."""

import gc
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserlab.lab import Lab, Portal
from muserlab.lab.thread import TrioThread


def traces() -> tuple[set[int | None], set[str], float]:
    """Return the threads, open descriptors and switch interval of this process."""
    gc.collect()
    descriptors = {
        f"{fd.name} {fd.readlink()}" for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()
    }
    own = {name for name in descriptors if "/proc/" in name}
    threads = {thread.ident for thread in threading.enumerate()}
    return threads, descriptors - own, sys.getswitchinterval()


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory where devices are served: a short path, as a socket's has to be."""
    with tempfile.TemporaryDirectory(prefix="lab") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Path(runtime, "muserlab")


@pytest.fixture
def lab(sockets: Path) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Compare the process before and after a test."""
    before = traces()
    yield
    assert traces() == before


@pytest.fixture
def thread() -> Iterator[TrioThread]:
    crashes: list[BaseException] = []
    thread = TrioThread("test", crashes.append)
    thread.start()
    yield thread
    thread.stop()
    assert crashes == []


@pytest.fixture
def portal(thread: TrioThread) -> Portal:
    return thread.portal
