"""What every room's tests share: the parts that may be missing, and when missing is a failure."""

import os
import shutil
from pathlib import Path

import pytest

from muserlab.vm import QemuNotFound, Sysroot, find_qemu


def missing(what: str) -> None:
    """Skip a test whose real part is not installed; fail instead where CI=true promises it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the browser's executable, for the tests marked `browser`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    missing("no browser: install the package chromium")
    raise AssertionError


@pytest.fixture(scope="session")
def guest_software() -> None:
    """Make sure that there is a guest to boot, for the tests marked `guest`."""
    try:
        find_qemu()
        Sysroot.require()
    except QemuNotFound as error:
        missing(str(error).splitlines()[0])
