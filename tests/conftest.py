"""What every room's tests share: the parts that may be missing, and when missing is a failure."""

import os
import shutil
from pathlib import Path

import pytest


def missing(what: str) -> None:
    """Skip a test whose real part is not installed; fail instead where CI=true promises it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's executable, for the tests marked `browser`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    missing("no browser: install the package chromium")
    raise AssertionError
