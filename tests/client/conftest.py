"""What the client's tests share: scripted servers, and a watch over fds."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from muserlab.proto import Capabilities, TwinSocket

from .scripted import Scripted


def _open_fds() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue  # the directory's own fd
        if not target.startswith("/memfd:muserlab-bar"):  # lives as long as its device
            found[entry.name] = target
    return found


@pytest.fixture(autouse=True)
def no_fd_leaks() -> Iterator[None]:
    before = _open_fds()
    yield
    if _open_fds() != before:
        gc.collect()
    assert _open_fds() == before


@pytest.fixture
def server(no_fd_leaks: None) -> Iterator[Scripted]:
    """A scripted server without twin socket; not started yet."""
    scripted = Scripted(Capabilities(max_msg_fds=16))
    yield scripted
    scripted.stop()


@pytest.fixture
def twin_server(no_fd_leaks: None) -> Iterator[Scripted]:
    """A scripted server that offers a twin socket; not started yet."""
    scripted = Scripted(Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True)))
    yield scripted
    scripted.stop()


@pytest.fixture(params=["one socket", "twin socket"])
def either_server(
    request: pytest.FixtureRequest, server: Scripted, twin_server: Scripted
) -> Scripted:
    """Each of the two."""
    return server if request.param == "one socket" else twin_server
