"""Lets this room's tests import what they share, and counts fds."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def open_fds() -> Callable[[], int]:
    """Return a function that counts this process's fds."""
    return lambda: len(list(Path("/proc/self/fd").iterdir()))
